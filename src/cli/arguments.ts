import { parseArgs } from 'node:util'
import { nearest } from '../lib/nearest.ts'

export type Env = Readonly<Record<string, string | undefined>>

export interface Arguments {
  readonly command: (typeof COMMANDS)[number] | 'migrate-postgres' | 'migrate-clickhouse'
  /** Globs. */
  readonly configFiles: readonly string[]
  readonly defaultConfig: boolean
  readonly bindAddress: string | null
  readonly logFormat: 'pretty' | 'json' | null
  readonly dataDir: string | null
  readonly allowedHosts: readonly string[]
  /** Node's own parser reads every request. */
  readonly nodeHttp: boolean
  /** Threads that answer requests. */
  readonly workers: number
  readonly checkFormat: 'pretty' | 'json' | 'github'
  readonly prices: PricesWords
  readonly words: CommandWords
}

/** What `weir prices` is told. */
export interface PricesWords {
  /** What stands after `weir prices`. */
  readonly words: readonly string[]
  /** A day: `2026-01-31`. */
  readonly since: string | null
  readonly model: string | null
  readonly dryRun: boolean
}

/** What the commands about records are told, beside where those are. */
export interface CommandWords {
  /** What stands after the command's name. */
  readonly words: readonly string[]
  readonly format: string | null
  readonly output: string | null
  /** Days: `2026-01-31`. */
  readonly since: string | null
  readonly until: string | null
  readonly timeout: string | null
  readonly salvage: string | null
}

/** A wrong command line: said in one line, with exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

const FLAGS = {
  'config-file': { type: 'string', multiple: true },
  'default-config': { type: 'boolean' },
  'bind-address': { type: 'string' },
  'log-format': { type: 'string' },
  'validate-and-exit': { type: 'boolean' },
  'run-postgres-migrations': { type: 'boolean' },
  'run-clickhouse-migrations': { type: 'boolean' },
  'run-migrations': { type: 'boolean' },
  'data-dir': { type: 'string' },
  'allowed-host': { type: 'string', multiple: true },
  'node-http': { type: 'boolean' },
  workers: { type: 'string' },
  format: { type: 'string' },
  since: { type: 'string' },
  model: { type: 'string' },
  'dry-run': { type: 'boolean' },
  until: { type: 'string' },
  output: { type: 'string', short: 'o' },
  timeout: { type: 'string' },
  salvage: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean', short: 'v' },
} as const

const COMMANDS = [
  'serve',
  'check',
  'prices',
  'backup',
  'restore',
  'compact',
  'doctor',
  'query',
  'export',
  'import',
  'help',
  'version',
] as const

export const HELP = `Weir routes your LLM calls and remembers them.

  weir                                     serve on 127.0.0.1:3000, no configuration needed
  weir --config-file tensorzero.toml       serve with a configuration (globs work)
  weir check tensorzero.toml               check a configuration: exit code 0 or 3

Commands
  serve (default)     run the gateway and its pages
  check [FILE...]     check configuration files; --format pretty|json|github
  prices [list [MODEL]]     what is known to cost what
  prices check FILE   check a file of your own prices
  prices reprice      price past requests again; --since DAY --model NAME --dry-run
  backup DIR          copy all records, while the gateway runs too; FILE.db: without texts
  restore DIR         put a backup in the place of the records (nothing is deleted)
  compact             make the files smaller; the gateway must not run
  doctor              what is wrong here; --salvage FILE reads a damaged file; --format json
  query "SQL"         ask the records: inferences, model_inferences, feedback, tags, hours,
                      documents; --format table|json|csv --timeout SECONDS
  export              requests with their texts; --format jsonl|parquet --output FILE
                      --since DAY --until DAY
  import tensorzero URL   bring the records of a TensorZero over, from its postgres:// or its
                      ClickHouse's http://; goes on where it was cut off; --format json
  version, help

Options                                    Environment
  --config-file GLOB    (repeatable)       WEIR_CONFIG_FILE
  --default-config      no file, defaults  WEIR_DEFAULT_CONFIG=1
  --bind-address ADDR   127.0.0.1:3000     WEIR_BIND_ADDRESS, TENSORZERO_GATEWAY_BIND_ADDRESS
  --data-dir DIR        where records are  WEIR_DATA_DIR
  --log-format FORMAT   pretty or json     WEIR_LOG_FORMAT
  --allowed-host NAME   (repeatable)       WEIR_ALLOWED_HOSTS, separated by commas
  --workers N           threads that answer requests (1)   WEIR_WORKERS
  --node-http           read plain requests with Node's own parser too   WEIR_NODE_HTTP=1
  --validate-and-exit   the same as check
  --run-postgres-migrations    set up the database of WEIR_POSTGRES_URL, and exit
  --run-clickhouse-migrations  the same of TENSORZERO_CLICKHOUSE_URL
                        your own prices    WEIR_PRICES
                        PostgreSQL         WEIR_POSTGRES_URL, TENSORZERO_POSTGRES_URL
                        ClickHouse         TENSORZERO_CLICKHOUSE_URL, TENSORZERO_CLICKHOUSE_CLUSTER_NAME
`

/** Reads the command line; where it is silent, the environment. */
export function readArguments(argv: readonly string[], env: Env): Arguments {
  const { values, positionals } = parse(argv)
  const command = commandOf(positionals[0])
  const given = values['config-file'] ?? listOf(env['WEIR_CONFIG_FILE'])
  const rest = positionals.slice(1)
  if (!TAKES_WORDS.has(command) && rest.length > 0) {
    throw new UsageError(`\`${rest[0]}\` is one word too many: see weir --help.`)
  }
  const logFormat = values['log-format'] ?? env['WEIR_LOG_FORMAT']
  return {
    command: special(values) ?? command,
    configFiles: command === 'check' ? [...given, ...rest] : given,
    defaultConfig: isOn(values['default-config'], env['WEIR_DEFAULT_CONFIG']),
    bindAddress: values['bind-address'] ?? bindFrom(env),
    logFormat: oneOf('log-format', logFormat, ['pretty', 'json']),
    dataDir: values['data-dir'] ?? env['WEIR_DATA_DIR'] ?? null,
    allowedHosts: values['allowed-host'] ?? listOf(env['WEIR_ALLOWED_HOSTS']),
    nodeHttp: isOn(values['node-http'], env['WEIR_NODE_HTTP']),
    workers: workersIn(values.workers ?? env['WEIR_WORKERS']),
    checkFormat:
      command === 'check'
        ? (oneOf('format', values.format, ['pretty', 'json', 'github']) ?? 'pretty')
        : 'pretty',
    prices: pricesWords(command === 'prices' ? rest : [], values),
    words: commandWords(rest, values),
  }
}

const TAKES_WORDS: ReadonlySet<string> = new Set([
  'check',
  'prices',
  'backup',
  'restore',
  'query',
  'import',
])

function pricesWords(
  words: readonly string[],
  given: { readonly since?: string; readonly model?: string; readonly 'dry-run'?: boolean },
): PricesWords {
  const { since = null, model = null } = given
  return { words, since, model, dryRun: given['dry-run'] ?? false }
}

const MOST_WORKERS = 64

function workersIn(text: string | undefined): number {
  if (text === undefined) return 1
  const count = Number(text)
  if (/^\d+$/.test(text) && count >= 1 && count <= MOST_WORKERS) return count
  throw new UsageError(`--workers takes a number from 1 to ${MOST_WORKERS}, not \`${text}\`.`)
}

function commandWords(
  words: readonly string[],
  given: { readonly [Flag in keyof Omit<CommandWords, 'words'>]?: string },
): CommandWords {
  const { format = null, output = null, since = null, until = null } = given
  const { timeout = null, salvage = null } = given
  return { words, format, output, since, until, timeout, salvage }
}

function bindFrom(env: Env): string | null {
  return env['WEIR_BIND_ADDRESS'] ?? env['TENSORZERO_GATEWAY_BIND_ADDRESS'] ?? null
}

function parse(argv: readonly string[]) {
  try {
    return parseArgs({ args: [...argv], options: FLAGS, allowPositionals: true, strict: true })
  } catch (thrown) {
    const text = thrown instanceof Error ? thrown.message : String(thrown)
    const flag = /'--?([\w-]+)/.exec(text)?.[1]
    const close = flag === undefined ? undefined : nearest(flag, Object.keys(FLAGS))
    const unknown = close !== undefined && close !== flag
    throw new UsageError(
      unknown
        ? `--${flag} is not an option. Did you mean --${close}?`
        : (text.split('.')[0] ?? text),
      { cause: thrown },
    )
  }
}

function special(values: {
  help?: boolean
  version?: boolean
  'validate-and-exit'?: boolean
  'run-postgres-migrations'?: boolean
  'run-clickhouse-migrations'?: boolean
  'run-migrations'?: boolean
}): Arguments['command'] | undefined {
  if (values.help) return 'help'
  if (values.version) return 'version'
  if (values['run-postgres-migrations']) return 'migrate-postgres'
  if (values['run-clickhouse-migrations'] || values['run-migrations']) return 'migrate-clickhouse'
  return values['validate-and-exit'] ? 'check' : undefined
}

function commandOf(word: string | undefined): Arguments['command'] {
  if (word === undefined) return 'serve'
  const command = COMMANDS.find((known) => known === word)
  if (command) return command
  const close = nearest(word, COMMANDS)
  const hint = close === undefined ? 'see weir --help' : `did you mean \`weir ${close}\`?`
  throw new UsageError(`There is no command \`${word}\`: ${hint}`)
}

function oneOf<const T extends string>(
  flag: string,
  value: string | undefined,
  allowed: readonly T[],
): T | null {
  if (value === undefined) return null
  const found = allowed.find((known) => known === value)
  if (found !== undefined) return found
  throw new UsageError(`--${flag} takes ${allowed.join(' or ')}, not \`${value}\`.`)
}

function listOf(text: string | undefined): string[] {
  return (text ?? '')
    .split(',')
    .map((item) => item.trim())
    .filter(Boolean)
}

function isOn(given: boolean | undefined, variable: string | undefined): boolean {
  return given ?? (variable === '1' || variable === 'true')
}
