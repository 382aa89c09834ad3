import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { makeDirectory, openTestRecorder, query } from './fixtures/open.ts'
import { idOf } from './fixtures/records.ts'

const KILLS = 10
/** Numbers that one child cannot use up. */
const APART = 1_000_000

const directory = makeDirectory()
afterEach(() => directory.remove())

test(
  'loses no record it acknowledged when the process is killed',
  { timeout: 60_000 },
  async () => {
    const acknowledged: number[] = []
    for (let kill = 1; kill <= KILLS; kill++) {
      const survivors = await writeUntilKilled(kill * APART, kill * 30)
      acknowledged.push(...survivors)
      const hot = join(directory.path, 'weir.db')
      expect(query(hot, 'PRAGMA integrity_check')).toEqual([{ integrity_check: 'ok' }])
      const ids = new Set(
        query(hot, 'SELECT lower(hex(id)) AS id FROM inference').map((row) => row['id']),
      )
      const lost = acknowledged.filter((number) => !ids.has(idOf(number).replaceAll('-', '')))
      expect(lost).toEqual([])
    }
    expect(acknowledged.length).toBeGreaterThan(KILLS)
    const { recorder } = openTestRecorder(directory.path)
    await recorder.opened()
    await recorder.close()
    expect(
      query(
        join(directory.path, 'weir.db'),
        `SELECT count(*) AS interrupted FROM inference i JOIN dim ON dim.id = i.error
       WHERE dim.name = 'interrupted'`,
      ),
    ).toEqual([{ interrupted: KILLS }])
  },
)

/** Returns the numbers of the records that the child said were on disk. */
async function writeUntilKilled(first: number, afterMs: number): Promise<number[]> {
  const child = spawn(
    process.execPath,
    [join(import.meta.dirname, 'fixtures/crash-entry.ts'), directory.path, String(first)],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  )
  let output = ''
  const exited = new Promise((resolve) => {
    child.once('close', resolve)
  })
  child.stdout.setEncoding('utf8')
  let killing = false
  child.stdout.on('data', (text: string) => {
    output += text
    // From the first acknowledgement on it is a matter of luck what the kill meets.
    if (killing || output.split('\n').length <= 2) return
    killing = true
    setTimeout(() => child.kill('SIGKILL'), afterMs)
  })
  await exited
  const [opening, ...lines] = output.split('\n')
  expect(opening).toBe('open')
  // The last line may be cut in two.
  return lines.slice(0, -1).map(Number)
}
