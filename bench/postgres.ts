/**
 * How fast records with their payloads go into PostgreSQL, and how much room they take:
 * `npm run bench:postgres -- --rows 20000`. Starts a server of its own, with fsync, on this machine.
 */
import process from 'node:process'
import { idOf, recordOf } from '../src/store/fixtures/records.ts'
import type { InferenceRecord } from '../src/domain/record.ts'
import { PostgresEngine } from '../src/store/postgres/engine.ts'
import { startPostgres } from '../test/support/postgres.ts'
import { readOptions } from './options.ts'
import { createRandom } from './random.ts'

const WORDS = 4000
const LONGEST_MS = 3_600_000

const options = readOptions(process.argv.slice(2), { rows: '10000', batch: '100', seed: '1' })
const rows = Number(options.rows)
const size = Number(options.batch)
const random = createRandom(Number(options.seed))
const words = Array.from({ length: WORDS }, () =>
  random()
    .toString(36)
    .slice(2, 4 + random() * 8),
)

await using server = await startPostgres({
  fsync: 'on',
  full_page_writes: 'on',
  synchronous_commit: 'on',
  shared_buffers: '256MB',
})
const engine = new PostgresEngine({ url: await server.database(), writer: 'bench' })
const signal = AbortSignal.timeout(LONGEST_MS)
await engine.open(signal)
let bytes = 0
let busyMs = 0
const cpu = process.cpuUsage()
for (let first = 1; first <= rows; first += size) {
  const records = Array.from({ length: size }, (_, index) => realistic(first + index))
  const start = performance.now()
  await engine.write({ token: `${first}`, records, changes: [] }, signal)
  busyMs += performance.now() - start
}
const { user, system } = process.cpuUsage(cpu)
await engine.close()
const [disk] = await server.query("SELECT pg_database_size('test_1') AS bytes")
const report = {
  rows,
  batch: size,
  rows_per_s: Math.round((rows / busyMs) * 1000),
  client_cpu_us_per_row: Math.round((user + system) / rows),
  payload_bytes_per_row: Math.round(bytes / rows),
  disk_bytes_per_row: Math.round(Number(disk?.['bytes']) / rows),
}
process.stdout.write(`${JSON.stringify(report, null, 2)}\n`)

/** About 16 KB of texts: what was asked and answered, and both again as they were sent. */
function realistic(number: number): InferenceRecord {
  const question = prose(3000 + random() ** 4 * 12_000)
  const answer = prose(400 + random() ** 2 * 2400)
  const rawRequest = JSON.stringify({ messages: [{ role: 'user', content: question }] })
  const rawResponse = JSON.stringify({ choices: [{ message: { content: answer } }] })
  bytes += question.length + answer.length + rawRequest.length + rawResponse.length
  const record = recordOf(number, {
    functionName: `function_${number % 20}`,
    variantName: `variant_${number % 3}`,
    episodeId: idOf(number >> 2, 1),
    tags: { user: `user_${Math.floor(random() * 1000)}`, env: 'production', version: '7' },
    input: [{ role: 'user', content: [{ type: 'text', text: question }] }],
    output: [{ type: 'text', text: answer }],
    rawRequest,
  })
  const attempts = record.attempts.map((attempt) => ({ ...attempt, rawRequest, rawResponse }))
  return { ...record, attempts }
}

function prose(length: number): string {
  let text = ''
  while (text.length < length) text += `${words[Math.floor(random() ** 2 * WORDS)]} `
  return text
}
