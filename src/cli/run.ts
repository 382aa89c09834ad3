import { ConfigError, formatProblem } from '../config/problems.ts'
import { type Arguments, type Env, HELP, readArguments, UsageError } from './arguments.ts'
import { systemClock } from '../lib/clock.ts'
import { StoreFault } from '../store/sqlite/fault.ts'
import { backup } from './backup.ts'
import { check } from './check.ts'
import { compact } from './compact.ts'
import { doctor } from './doctor.ts'
import { dataDirectory, loadDotEnv } from './environment.ts'
import { exportAll } from './export.ts'
import { importRecords } from './import.ts'
import { migrate } from './migrate.ts'
import { prices } from './prices.ts'
import { query } from './query.ts'
import { restore } from './restore.ts'
import { serve } from './serve.ts'
import { StartError } from './start-error.ts'
import { VERSION } from './version.ts'

const EXIT = { ok: 0, failure: 1, usage: 2, config: 3 } as const

/** Runs one command. Resolves with the exit code; `serve` only when it has been told to stop. */
export async function run(argv: readonly string[], processEnv: Env): Promise<number> {
  try {
    const env = loadDotEnv(processEnv)
    return await perform(readArguments(argv, env), env)
  } catch (thrown) {
    return report(thrown)
  }
}

async function perform(args: Arguments, env: Env): Promise<number> {
  switch (args.command) {
    case 'help':
      out(HELP)
      return EXIT.ok
    case 'version':
      out(`weir ${VERSION}\n`)
      return EXIT.ok
    case 'check':
      return (await check(args, env)) ? EXIT.ok : EXIT.config
    case 'prices':
      prices(
        {
          ...args.prices,
          dataDir: dataDirectory(args, env),
          priceFile: env['WEIR_PRICES'] ?? null,
        },
        { out, progress },
      )
      return EXIT.ok
    case 'migrate-postgres':
      await migrate('postgres', env, (text) => process.stdout.write(text))
      return EXIT.ok
    case 'migrate-clickhouse':
      await migrate('clickhouse', env, (text) => process.stdout.write(text))
      return EXIT.ok
    case 'serve':
      await serve(args, env)
      return EXIT.ok
    case 'doctor': {
      const at = { dataDir: dataDirectory(args, env), now: systemClock.now() }
      const { text, healthy } = await doctor(args, env, at)
      out(text)
      return healthy ? EXIT.ok : EXIT.failure
    }
    case 'import': {
      const watched = process.stderr.isTTY
      const to = { dataDir: dataDirectory(args, env), out, err: warn, watched }
      return (await importRecords(args, env, to)) ? EXIT.ok : EXIT.failure
    }
    default:
      await aboutRecords(args, dataDirectory(args, env))
      return EXIT.ok
  }
}

/** Those that need to know nothing but where the records are. */
async function aboutRecords({ command, words }: Arguments, dataDir: string): Promise<void> {
  switch (command) {
    case 'backup':
      return out(backup(words, dataDir))
    case 'restore':
      return out(restore(words, dataDir, systemClock.now()))
    case 'compact':
      return out(compact(words, dataDir, progress))
    case 'query':
      return query(words, dataDir, out)
    case 'export':
      return exportAll(words, dataDir, process.stdout)
    default:
      throw new UsageError(`\`weir ${command}\` is not about records.`)
  }
}

function out(text: string): void {
  process.stdout.write(text)
}

function warn(text: string): void {
  process.stderr.write(text)
}

/** What only a person watching wants to know. */
function progress(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(text)
}

/** One clear text, no stack: a wrong setting is not a bug. */
function report(thrown: unknown): number {
  const color = process.stderr.isTTY
  if (thrown instanceof UsageError) return say(thrown.message, EXIT.usage)
  if (thrown instanceof StoreFault) return say(withPath(thrown), EXIT.failure)
  if (thrown instanceof StartError) return say(thrown.message, EXIT.failure)
  if (thrown instanceof ConfigError) {
    const texts = thrown.problems.map((problem) => formatProblem(problem, { color }))
    return say(texts.join('\n'), EXIT.config)
  }
  // A file or a port of the person's, not of ours.
  if (thrown instanceof Error && 'syscall' in thrown) return say(thrown.message, EXIT.failure)
  throw thrown
}

/** SQLite's own words say what is wrong, but not with which file. */
function withPath({ message, path, cause }: StoreFault): string {
  const isSqlites = cause instanceof Error && cause.message === message
  return isSqlites && !message.includes(path) ? `${path}: ${message}` : message
}

function say(text: string, code: number): number {
  process.stderr.write(`${text}\n`)
  return code
}
