import type pg from 'pg'

/** All of `work` or nothing of it. */
export async function transact<T>(client: pg.ClientBase, work: () => Promise<T>): Promise<T> {
  await client.query('BEGIN')
  try {
    const result = await work()
    await client.query('COMMIT')
    return result
  } catch (thrown) {
    // Where the connection is gone, the server rolls back by itself.
    await client.query('ROLLBACK').catch(() => {})
    throw thrown
  }
}
