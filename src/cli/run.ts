import { ConfigError, formatProblem } from '../config/problems.ts'
import { type Arguments, type Env, HELP, readArguments, UsageError } from './arguments.ts'
import { check } from './check.ts'
import { dataDirectory, loadDotEnv } from './environment.ts'
import { migratePostgres } from './migrate.ts'
import { prices } from './prices.ts'
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
      process.stdout.write(HELP)
      return EXIT.ok
    case 'version':
      process.stdout.write(`weir ${VERSION}\n`)
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
        {
          out: (text) => process.stdout.write(text),
          progress: (text) => process.stderr.isTTY && process.stderr.write(text),
        },
      )
      return EXIT.ok
    case 'migrate-postgres':
      await migratePostgres(env, (text) => process.stdout.write(text))
      return EXIT.ok
    case 'serve':
      await serve(args, env)
      return EXIT.ok
  }
}

/** One clear text, no stack: a wrong setting is not a bug. */
function report(thrown: unknown): number {
  const color = process.stderr.isTTY
  if (thrown instanceof UsageError) return say(thrown.message, EXIT.usage)
  if (thrown instanceof StartError) return say(thrown.message, EXIT.failure)
  if (thrown instanceof ConfigError) {
    const texts = thrown.problems.map((problem) => formatProblem(problem, { color }))
    return say(texts.join('\n'), EXIT.config)
  }
  throw thrown
}

function say(text: string, code: number): number {
  process.stderr.write(`${text}\n`)
  return code
}
