/**
 * The store's process is killed at one write after the other: `npm run test:crash:writes`. Options:
 * `--first N`, `--last N` (at its how manieth `pwrite64`, `fsync` or `fdatasync`), `--step N`,
 * `--work record|forget|backup|migrate` (what it does then). Needs strace. What it had acknowledged
 * must be there, and every file be sound.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { readOptions } from '../../bench/options.ts'
import { recordOf } from '../../src/store/fixtures/records.ts'
import { SqliteEngine } from '../../src/store/sqlite/engine.ts'
import { findSick } from './evidence.ts'

const options = readOptions(process.argv.slice(2), {
  first: '1',
  last: '300',
  step: '1',
  work: 'record',
})
const VICTIM = path.join(import.meta.dirname, '../../src/store/fixtures/victim-entry.ts')

const TRACED = 'trace=pwrite64,fsync,fdatasync'
/** Compiled code: most of the time goes into starting. */
const CACHE = mkdtempSync(path.join(os.tmpdir(), 'weir-writes-cache-'))
process.on('exit', () => rmSync(CACHE, { recursive: true, force: true }))

const failures: string[] = []
let runs = 0
let killed = 0
let acknowledged = 0
for (let when = Number(options.first); when <= Number(options.last); when += Number(options.step)) {
  const dir = mkdtempSync(path.join(os.tmpdir(), 'weir-writes-'))
  const { said, signal } = await runUntil(dir, when)
  runs += 1
  killed += signal === 'SIGKILL' ? 1 : 0
  acknowledged += said.length
  const lost = said.filter((word) => !isThere(dir, word))
  failures.push(...lost.map((word) => `write ${when}: ${word} is lost`))
  // Opening once more must mend whatever was under way.
  failures.push(...reopen(dir).map((fault) => `write ${when}: ${fault}`))
  failures.push(...findSick(dir).map((sick) => `write ${when}: ${sick}`))
  rmSync(dir, { recursive: true, force: true })
  process.stderr.write(`crash: write ${when}, ${said.length} acknowledged\n`)
}
const { work } = options
const result = { work, runs, killed, acknowledged, failed: failures.length, failures }
process.stdout.write(`${JSON.stringify(result, null, 2)}\n`)
process.exit(failures.length === 0 ? 0 : 1)

/** Returns what is wrong. */
function reopen(dir: string): string[] {
  try {
    const engine = new SqliteEngine(dir)
    engine.commit(engine.prepare([recordOf(1_000_000)]), [], [])
    engine.close(true)
    return []
  } catch (thrown) {
    return [`it does not open: ${String(thrown)}`]
  }
}

/** Returns what it said is on disk. */
async function runUntil(
  dir: string,
  when: number,
): Promise<{ said: string[]; signal: NodeJS.Signals | null }> {
  const program = [process.execPath, VICTIM, dir, options.work]
  const inject = `inject=pwrite64,fsync,fdatasync:signal=KILL:when=${when}`
  const traced = ['-f', '-qq', '-o', '/dev/null', '-e', TRACED]
  const args = [...traced, '-e', inject, ...program]
  const env = { ...process.env, NODE_COMPILE_CACHE: CACHE }
  const child = spawn('strace', args, { stdio: ['ignore', 'pipe', 'inherit'], env })
  let output = ''
  child.stdout.setEncoding('utf8')
  child.stdout.on('data', (text: string) => {
    output += text
  })
  const [, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null]
  // The last line may be cut in two.
  return { said: output.split('\n').slice(0, -1), signal }
}

function isThere(dir: string, word: string): boolean {
  const [table = '', key = ''] = word.split(' ')
  const sql = {
    inference: 'SELECT 1 FROM inference WHERE lower(hex(id)) = ?',
    feedback: 'SELECT 1 FROM feedback WHERE lower(hex(id)) = ?',
    document: 'SELECT 1 FROM document WHERE key = ?',
  }[table]
  if (sql === undefined) return false
  using db = new DatabaseSync(path.join(dir, 'weir.db'), { readOnly: true })
  return db.prepare(sql).get(key) !== undefined
}
