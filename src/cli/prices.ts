import { modelNames } from '../domain/prices/model-names.ts'
import { PriceTableError } from '../domain/prices/read-table.ts'
import type { PriceEntry, PriceTable } from '../domain/prices/table.ts'
import { nearest } from '../lib/nearest.ts'
import { StoreFault } from '../store/sqlite/fault.ts'
import { reprice, type RepriceSums } from '../store/sqlite/reprice.ts'
import { type PricesWords, UsageError } from './arguments.ts'
import { dayOf } from './command.ts'
import { loadPriceTable, readPriceFile, tablePricing, userPriceFile } from './price-files.ts'
import { StartError } from './start-error.ts'

export interface PricesArguments extends PricesWords {
  readonly dataDir: string
  /** `WEIR_PRICES`. */
  readonly priceFile: string | null
}

/** Where a command writes to: results, and what only a person watching wants to know. */
export interface PricesOutput {
  out(text: string): void
  progress(text: string): void
}

/** `weir prices list | check | reprice`. */
export function prices(args: PricesArguments, output: PricesOutput): void {
  const [command = 'list', word, ...rest] = args.words
  const spare = command === 'reprice' ? word : rest[0]
  if (spare !== undefined) throw new UsageError(`\`${spare}\` is one word too many.`)
  try {
    perform(command, word, args, output)
  } catch (thrown) {
    const known = thrown instanceof PriceTableError || thrown instanceof StoreFault
    throw known ? new StartError(thrown.message, { cause: thrown }) : thrown
  }
}

const COMMANDS = ['list', 'check', 'reprice']

function perform(
  command: string,
  word: string | undefined,
  args: PricesArguments,
  output: PricesOutput,
): void {
  switch (command) {
    case 'list':
      return list(loadPriceTable(userPriceFile(args.priceFile, args.dataDir)), word, output)
    case 'check':
      return check(word, output)
    case 'reprice':
      return repriceAll(args, output)
    default: {
      const close = nearest(command, COMMANDS) ?? COMMANDS.join('`, `')
      throw new UsageError(`There is no \`weir prices ${command}\`: did you mean \`${close}\`?`)
    }
  }
}

function list(table: PriceTable, model: string | undefined, output: PricesOutput): void {
  const names = model === undefined ? null : modelNames(model)
  const entries = table.layers
    .flat()
    .filter(({ model: pattern }) => names === null || names.some((name) => isLike(pattern, name)))
  if (entries.length === 0) throw new StartError(`No price is known for ${model ?? 'any model'}.`)
  const rows = [HEAD, ...entries.map(rowOf)]
  const widths = HEAD.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  for (const row of rows) {
    const cells = row.map((cell, column) => cell.padEnd(widths[column] ?? 0))
    output.out(`${cells.join('  ').trimEnd()}\n`)
  }
}

/** A whole name, or a part of one. */
function isLike(pattern: string, name: string): boolean {
  const start = pattern.replace(/\*$/, '')
  return pattern.includes(name) || (pattern !== start && name.startsWith(start))
}

const HEAD = ['PROVIDER', 'MODEL', 'FROM', 'TO', 'INPUT', 'CACHED', 'OUTPUT', 'ABOVE', 'SOURCE']

function rowOf(entry: PriceEntry): string[] {
  return [
    entry.providers.join(','),
    entry.model,
    entry.fromDay,
    entry.toDay ?? '',
    dollars(entry.rates.input),
    dollars(entry.rates.cacheRead),
    dollars(entry.rates.output),
    entry.tiers.map(({ above }) => String(above)).join(','),
    entry.source ?? '',
  ]
}

function dollars(pico: number | undefined): string {
  return pico === undefined ? '' : String(pico / 1e6)
}

function check(file: string | undefined, output: PricesOutput): void {
  if (file === undefined) throw new UsageError('Write the file: weir prices check prices.json')
  const count = readPriceFile(file).layers.flat().length
  output.out(`ok: ${file}, ${count} ${count === 1 ? 'entry' : 'entries'}\n`)
}

function repriceAll(args: PricesArguments, output: PricesOutput): void {
  const price = tablePricing(userPriceFile(args.priceFile, args.dataDir))
  const sums = reprice({
    dataDir: args.dataDir,
    since: args.since === null ? null : dayOf('since', args.since),
    model: args.model,
    dryRun: args.dryRun,
    price,
    progress: ({ seq, lastSeq }) => output.progress(`\r${seq} of ${lastSeq} requests`),
  })
  output.progress('\n')
  output.out(summaryOf(sums, args.dryRun))
}

function summaryOf(sums: RepriceSums, dryRun: boolean): string {
  const verb = dryRun ? 'would change' : 'changed'
  const before = (sums.beforeNano / 1e9).toFixed(6)
  const after = (sums.afterNano / 1e9).toFixed(6)
  return `${sums.changed} of ${sums.read} costs ${verb}: $${before} before, $${after} after\n`
}
