import { setTimeout as sleep } from 'node:timers/promises'
import { Count, Overview } from '../src/api/ui/contract.ts'
import { get } from './children.ts'

interface Query {
  readonly port: number
  /** Milliseconds since 1970. */
  readonly startedAt: number
  readonly expected: number
}

/** The log is written beside the answers, not before them. */
const WRITE_LIMIT_MS = 15_000

/** How many requests the gateway's log holds, once all should be there. */
export async function countLogged(query: Query): Promise<number> {
  const deadline = Date.now() + WRITE_LIMIT_MS
  let count = await readCount(query)
  while (count < query.expected && Date.now() < deadline) {
    await sleep(200)
    count = await readCount(query)
  }
  return count
}

/** Exact: a large log is counted by its overview. */
async function readCount({ port, startedAt }: Query): Promise<number> {
  const small = Count.parse(await readJson(port, '/internal/ui/logs/count'))
  if (small.exact) return small.count
  const span = `from=${startedAt - 60_000}&to=${Date.now() + 60_000}&buckets=1`
  return Overview.parse(await readJson(port, `/internal/ui/overview?${span}`)).requests
}

async function readJson(port: number, path: string): Promise<unknown> {
  const { status, body } = await get(port, path)
  if (status !== 200) throw new Error(`GET ${path}: ${status} ${body.slice(0, 200)}`)
  return JSON.parse(body)
}
