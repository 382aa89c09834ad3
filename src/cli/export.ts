import { closeSync, openSync, writeSync } from 'node:fs'
import { resolve } from 'node:path'
import { once } from 'node:events'
import { exportRecords } from '../store/sqlite/export.ts'
import { type CommandWords, UsageError } from './arguments.ts'
import { dayOf, formatOf, noWords } from './command.ts'
import { exportLine } from './export-line.ts'
import { writeParquet } from './export-parquet.ts'

const LAST_MS = 8.64e15

/** `weir export`: requests with their texts, the oldest first, as lines of JSON or as Parquet. */
export async function exportAll(
  words: CommandWords,
  dataDir: string,
  stdout: NodeJS.WritableStream,
): Promise<void> {
  noWords(words)
  const format = formatOf(words, ['jsonl', 'parquet'])
  const span = {
    from: words.since === null ? -LAST_MS : dayOf('since', words.since),
    to: words.until === null ? LAST_MS : dayOf('until', words.until),
  }
  const output = words.output === null ? null : resolve(words.output)
  if (format === 'parquet') {
    if (output === null) throw new UsageError('Parquet needs a file: --output requests.parquet')
    await writeParquet(exportRecords(dataDir, span), output)
    return
  }
  const file = output === null ? null : openSync(output, 'wx', 0o600)
  for (const page of exportRecords(dataDir, span)) {
    const text = page.map((stored) => `${JSON.stringify(exportLine(stored))}\n`).join('')
    if (file !== null) writeSync(file, text)
    else if (!stdout.write(text)) await once(stdout, 'drain')
  }
  if (file !== null) closeSync(file)
}
