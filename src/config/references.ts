import { dirname, resolve } from 'node:path'
import { asObject } from '../lib/json.ts'
import { type ReadFile, readText, type Text } from './files.ts'
import { valueAt } from './issues.ts'
import { atValue, error, type Finding, formatPath, type Path } from './problems.ts'
import type { ConfigFile } from './schema.ts'
import { isTable, type Source, type Table } from './toml.ts'

/** A file that the configuration names. */
export interface FileText {
  /** As it is written. */
  readonly path: string
  readonly text: string
}

/** A template among them. */
export interface NamedTemplate extends FileText {
  readonly place: Path
}

/** The files that the tables name, by the place that names them. */
export class FileTexts {
  readonly #texts = new Map<string, NamedTemplate>()

  set(place: Path, { path, text }: FileText): void {
    this.#texts.set(JSON.stringify(place), { path, text, place })
  }

  templates(): NamedTemplate[] {
    return [...this.#texts.values()].filter(({ place }) => isTemplate(place))
  }

  /** Undefined when it could not be read, which has been complained about. */
  get(place: Path): FileText | undefined {
    return this.#texts.get(JSON.stringify(place))
  }
}

function isTemplate(place: Path): boolean {
  return place.some((key) => /^(?:\w+_template|templates|input_wrappers)$/.test(String(key)))
}

const FILE_KEYS = 'system_template user_template assistant_template system_instructions'
const IN_PROMPTING = [
  ...FILE_KEYS.split(' '),
  'templates.*.path',
  'input_wrappers.system',
  'input_wrappers.user',
  'input_wrappers.assistant',
]
const IN_VARIANT = ['', 'evaluator.', 'fuser.'].flatMap((where) =>
  IN_PROMPTING.map((key) => `${where}${key}`),
)
const IN_EVALUATOR = ['typescript_file', ...IN_VARIANT.map((key) => `variants.*.${key}`)]
const SCHEMA_KEYS = ['system_schema', 'user_schema', 'assistant_schema', 'output_schema']

/** Every place that may name a file; `*` stands for any name. */
const PLACES = [
  ...[...SCHEMA_KEYS, 'schemas.*.path'].map((key) => `functions.*.${key}`),
  ...IN_VARIANT.map((key) => `functions.*.variants.*.${key}`),
  ...IN_EVALUATOR.map((key) => `functions.*.evaluators.*.${key}`),
  ...IN_EVALUATOR.map((key) => `evaluations.*.evaluators.*.${key}`),
  'tools.*.parameters',
].map((place) => place.split('.'))

/** The places in these tables that name a file, with what they say. */
export function findReferences(tables: Table): { place: Path; value: unknown }[] {
  return PLACES.flatMap((pattern) => match(tables, pattern, []))
}

function match(
  value: unknown,
  [key, ...rest]: readonly string[],
  place: Path,
): { place: Path; value: unknown }[] {
  if (key === undefined) return value === undefined ? [] : [{ place, value }]
  if (!isTable(value)) return []
  const keys = key === '*' ? Object.keys(value) : [key]
  return keys.flatMap((name) => match(value[name], rest, [...place, name]))
}

export interface ReadReferences {
  readonly texts: FileTexts
  /** Absolute. */
  readonly files: readonly string[]
  readonly findings: readonly Finding[]
}

/** Reads every file that the tables name. A path counts from the file that says it. */
export async function readReferences(
  tables: Table,
  sources: readonly Source[],
  readFile: ReadFile,
): Promise<ReadReferences> {
  const texts = new FileTexts()
  const files = new Map<string, Text>()
  const findings: Finding[] = []
  for (const { place, value } of findReferences(tables)) {
    const given = inline(value)
    if (given !== undefined) texts.set(place, given)
    if (typeof value !== 'string' || value === '') continue
    const file = resolve(directoryOf(place, sources), value)
    const read = files.get(file) ?? (await readText(file, readFile))
    files.set(file, read)
    if (read.ok) texts.set(place, { path: value, text: read.text })
    else findings.push(unreadable(value, file, read.reason, place))
  }
  return { texts, files: [...files.keys()], findings }
}

/** A text that stands in the place of a path, as a gateway writes it. */
export function inline(value: unknown): FileText | undefined {
  const { __tensorzero_remapped_path: path, __data: text } = asObject(value) ?? {}
  return typeof path === 'string' && typeof text === 'string' ? { path, text } : undefined
}

/** Where templates may include others from, absolute; null where they may not. */
export function baseOfIncludes(file: ConfigFile, sources: readonly Source[]): string | null {
  const access = file.gateway.template_filesystem_access
  const place = ['gateway', 'template_filesystem_access']
  const { base_path: base, enabled } = access ?? {}
  if (base !== undefined) return resolve(directoryOf([...place, 'base_path'], sources), base)
  return enabled === true ? directoryOf([...place, 'enabled'], sources) : null
}

/** The directory of the file that says what is at this place. */
export function directoryOf(place: Path, sources: readonly Source[]): string {
  const source = sources.find(({ table }) => valueAt(table, place) !== undefined)
  return source ? dirname(resolve(source.file)) : ''
}

function unreadable(path: string, file: string, reason: string, place: Path): Finding {
  const message =
    reason === 'it is a directory'
      ? `Expected a file path, but '${path}' is a directory`
      : `cannot read ${formatPath(file)}: ${reason}`
  return error('bad_file', message, atValue(place))
}
