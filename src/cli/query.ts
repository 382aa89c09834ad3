import { Worker } from 'node:worker_threads'
import type { SQLOutputValue } from 'node:sqlite'
import { type Answer, askSql } from '../store/sqlite/sql.ts'
import { type CommandWords, UsageError } from './arguments.ts'
import { formatOf, onlyWord } from './command.ts'
import { threadFile } from './threads.ts'

const DEADLINE_S = 60
const MOST_TABLE_ROWS = 1000
const WIDEST = 60

/** `weir query "SQL"`: reads, and nothing else. */
export async function query(
  words: CommandWords,
  dataDir: string,
  out: (text: string) => void,
): Promise<void> {
  const sql = onlyWord(words, 'a question: weir query "SELECT * FROM inferences LIMIT 5"')
  const format = formatOf(words, ['table', 'json', 'csv'])
  const seconds = words.timeout === null ? DEADLINE_S : Number(words.timeout)
  if (!(seconds > 0)) throw new UsageError(`--timeout takes seconds, not \`${words.timeout}\`.`)
  // SQLite cannot be interrupted from this thread: another one ends the process.
  const watchdog = new Worker(threadFile('watchdog-thread'), { workerData: seconds })
  watchdog.unref()
  try {
    askSql(dataDir, sql, (answer) => PRINTERS[format](answer, out))
  } finally {
    await watchdog.terminate()
  }
}

type Printer = (answer: Answer, out: (text: string) => void) => void

const PRINTERS: Readonly<Record<'table' | 'json' | 'csv', Printer>> = {
  table: printTable,
  json: printJson,
  csv: printCsv,
}

function printTable({ columns, rows }: Answer, out: (text: string) => void): void {
  const lines = [columns.map((column) => column.toUpperCase())]
  let more = false
  for (const row of rows) {
    if (lines.length > MOST_TABLE_ROWS) {
      more = true
      break
    }
    lines.push(row.map((value) => cellOf(value)))
  }
  const widths = columns.map((_, index) =>
    Math.max(...lines.map((line) => line[index]?.length ?? 0)),
  )
  for (const line of lines) {
    out(
      `${line
        .map((cell, index) => cell.padEnd(widths[index] ?? 0))
        .join('  ')
        .trimEnd()}\n`,
    )
  }
  if (more) out(`There are more than ${MOST_TABLE_ROWS} rows: --format csv or json gives all.\n`)
}

function cellOf(value: SQLOutputValue): string {
  const text = textOf(value).replaceAll(/\s+/g, ' ')
  return text.length > WIDEST ? `${text.slice(0, WIDEST - 1)}…` : text
}

/** An array, a row a line. */
function printJson({ columns, rows }: Answer, out: (text: string) => void): void {
  let before = '['
  for (const row of rows) {
    const entries = columns.map((column, index) => [column, plainOf(row[index] ?? null)])
    out(`${before}\n${JSON.stringify(Object.fromEntries(entries))}`)
    before = ','
  }
  out(before === '[' ? '[]\n' : '\n]\n')
}

/** As RFC 4180 says. */
function printCsv({ columns, rows }: Answer, out: (text: string) => void): void {
  out(`${columns.map(quoted).join(',')}\r\n`)
  for (const row of rows) out(`${row.map((value) => quoted(textOf(value))).join(',')}\r\n`)
}

function quoted(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

function textOf(value: SQLOutputValue): string {
  return value === null ? '' : String(plainOf(value))
}

function plainOf(value: SQLOutputValue): string | number | null {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('hex')
  return typeof value === 'bigint' ? String(value) : value
}
