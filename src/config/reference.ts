import { z } from 'zod'
import type { Provider } from '../providers/provider.ts'
import { CommonProvider } from './schema-models.ts'
import { createSchema, WITHOUT_EFFECT } from './schema.ts'

type Node = z.core.JSONSchema.JSONSchema

/** The JSON Schema of a configuration, for editors: `#:schema` on a file's first line names it. */
export function renderJsonSchema(providers: readonly Provider[]): string {
  return `${JSON.stringify(createJsonSchema(providers, 'ref'), null, 2)}\n`
}

/** The page that lists every key. */
export function renderReference(providers: readonly Provider[]): string {
  const tables = childrenOf(createJsonSchema(providers, 'inline'))
  const { gateway = {}, models = {}, provider_types: types = {} } = tables
  const sections = [
    INTRODUCTION,
    section('[gateway]', describe(gateway), rowsOf(gateway)),
    section('[models.NAME]', 'A model that callers may ask for.', rowsOf(entryOf(models))),
    ...renderProviders(providers, entryOf(models)),
    section(
      '[provider_types.TYPE]',
      `What holds for every provider of a type, unless the provider says otherwise. TYPE is ${listed(providers.map(({ type }) => type))}.`,
      rowsOf(Object.values(childrenOf(types))[0] ?? {}),
    ),
    ...renderFunctions(tables),
    ...renderLimits(tables),
    renderWithoutEffect(),
  ]
  return `${sections.join('\n\n')}\n`
}

const INTRODUCTION = `# Configuration

<!-- Made from the schemas in src/config. Do not edit. -->

The configuration is one or more TOML files. Without any, the defaults on this page apply. Several
files are put together as one; the same key may not be set twice.

An editor that knows JSON Schema for TOML can check the file as you type, if its first line is
\`#:schema ./weir.schema.json\` with the path to [weir.schema.json](weir.schema.json).

A key is never written into the file. A *location* says where it is: \`env::NAME\` (an environment
variable), \`path::FILE\`, \`path_from_env::NAME\` (a variable that holds the path of a file),
\`dynamic::NAME\` (the caller sends it), \`none\`, or a table of two of these,
\`{ default = "…", fallback = "…" }\`. \`sdk\` is accepted for cloud providers.

The path of a file (a template, a schema) counts from the directory of the TOML file that says it. Its
text is read when the configuration is, and again when it changes.

The base address of a provider is, in this order: its own \`api_base\`, the environment variable
\`WEIR_<TYPE>_API_BASE\`, \`api_base\` in \`[provider_types.TYPE]\`, the type's own.`

/** What comes more than once is written each time, or but once (`ref`): much shorter. */
function createJsonSchema(providers: readonly Provider[], reused: 'inline' | 'ref'): Node {
  return {
    title: 'Weir configuration',
    ...z.toJSONSchema(createSchema(providers), { io: 'input', target: 'draft-7', reused }),
  }
}

function renderProviders(providers: readonly Provider[], model: Node): string[] {
  const union = entryOf(childrenOf(model)['providers'] ?? {}).oneOf ?? []
  const [first = {}] = union
  const common = rowsOf(only(asNode(first), (key) => key in CommonProvider.shape))
  const title = '[models.NAME.providers.NAME]'
  const text =
    'One way to reach the model. `type` is required; each type has keys of its own beside these.'
  return [
    section(title, text, common),
    ...union.map((node, index) => {
      const own = only(asNode(node), (key) => key !== 'type' && !(key in CommonProvider.shape))
      return renderType(providers[index], rowsOf(own))
    }),
  ]
}

function renderType(provider: Provider | undefined, rows: readonly Row[]): string {
  if (provider === undefined) return ''
  const { type, apiBase, credential, shorthand, script } = provider
  const facts = [
    script === undefined
      ? `Address: ${apiBase === undefined ? '`api_base` is required' : `\`${apiBase}\``}.`
      : '',
    credential === 'none' ? 'Needs no key.' : `Key: \`${credential}\`.`,
    shorthand ? `Works without configuration as \`${type}::MODEL\`.` : '',
  ]
  return section(`type = "${type}"`, facts.filter((fact) => fact !== '').join(' '), rows, '###')
}

function renderFunctions(tables: Readonly<Record<string, Node>>): string[] {
  const { functions = {}, tools = {}, metrics = {}, embedding_models: embeddings = {} } = tables
  const { evaluations = {} } = tables
  const owner = entryOf(functions)
  const [first = {}] = (owner.oneOf ?? []).map(asNode)
  const { variants = {}, evaluators = {}, experimentation = {} } = childrenOf(first)
  const judge = (entryOf(evaluators).oneOf ?? [])
    .map(asNode)
    .find((node) => 'variants' in childrenOf(node))
  return [
    ...unionSections('[functions.NAME]', 'A task for a model.', owner),
    ...unionSections(
      '[functions.NAME.variants.NAME]',
      'One way of doing the task.',
      entryOf(variants),
    ),
    ...unionSections('[functions.NAME.experimentation]', CHOICE, experimentation),
    ...unionSections(
      '[functions.NAME.evaluators.NAME]',
      'How answers are measured.',
      entryOf(evaluators),
    ),
    ...unionSections(
      '[functions.NAME.evaluators.NAME.variants.NAME]',
      'One way of judging.',
      entryOf(childrenOf(judge ?? {})['variants'] ?? {}),
    ),
    section('[evaluations.NAME]', describe(evaluations), rowsOf(entryOf(evaluations))),
    section('[tools.NAME]', 'A tool that models may call.', rowsOf(entryOf(tools))),
    section('[metrics.NAME]', 'What feedback says.', rowsOf(entryOf(metrics))),
    section('[embedding_models.NAME]', EMBEDDINGS, rowsOf(entryOf(embeddings))),
  ]
}

const CHOICE =
  'How a request gets its variant. Without it, all variants share the requests alike. `namespaces.NAME` takes the same keys, for the requests in a namespace.'

const EMBEDDINGS =
  'A model for embeddings. Its providers are written as those of other models, with `timeout_ms` in place of `timeouts`.'

function renderLimits(tables: Readonly<Record<string, Node>>): string[] {
  const { rate_limiting: limits = {}, object_storage: files = {}, optimizers = {} } = tables
  const { clickhouse = {}, postgres = {}, autopilot = {} } = tables
  return [
    section('[rate_limiting]', describe(limits), rowsOf(limits)),
    ...unionSections('[object_storage]', 'Where the files of requests are kept.', files),
    ...unionSections('[optimizers.NAME]', 'How a variant is made better.', entryOf(optimizers)),
    section(
      '[clickhouse]',
      'With TENSORZERO_CLICKHOUSE_URL in the environment records are kept there.',
      rowsOf(clickhouse),
    ),
    section('[postgres]', 'For compatibility.', rowsOf(postgres)),
    section('[autopilot]', 'For compatibility.', rowsOf(autopilot)),
  ]
}

/** A section for a table of several kinds, and one for each of them, told apart by `type`. */
function unionSections(title: string, text: string, node: Node): string[] {
  return [
    section(title, `${text} \`type\` is required; each type has keys of its own.`, []),
    ...(node.oneOf ?? []).map(asNode).map((kind) => {
      const { type = {} } = childrenOf(kind)
      const rows = rowsOf(only(kind, (key) => key !== 'type'))
      return section(`type = ${typesOf(type)}`, '', rows, '###')
    }),
  ]
}

function typesOf({ const: one = '', enum: several = [one] }: Node): string {
  return several.map((value) => JSON.stringify(value)).join(' | ')
}

function renderWithoutEffect(): string {
  const names = WITHOUT_EFFECT.map((path) => `\`${path.join('.')}\``)
  return `## Accepted, without effect yet

These are kept and checked for their form, so that a file may hold them. Loading the file gives a
warning for each: ${names.join(', ')}.`
}

interface Row {
  readonly key: string
  readonly node: Node
  readonly isRequired: boolean
}

function section(title: string, text: string, rows: readonly Row[], level = '##'): string {
  const heading = `${level} \`${title}\`${text === '' ? '' : `\n\n${text}`}`
  if (rows.length === 0) return heading
  const lines = rows.map(({ key, node, isRequired }) =>
    [`\`${key}\``, typeOf(node), defaultOf(node, isRequired), describe(node)]
      .map(escape)
      .join(' | '),
  )
  return `${heading}\n\n| key | type | default | meaning |\n|---|---|---|---|\n${lines.map((line) => `| ${line} |`).join('\n')}`
}

/** Tables inside a table are rows with dotted keys; entries with free names get their own section. */
function rowsOf(node: Node, prefix = ''): Row[] {
  const required = new Set(node.required)
  const rows: Row[] = []
  for (const [name, child] of Object.entries(childrenOf(node))) {
    const key = `${prefix}${name}`
    if (child.oneOf !== undefined || entryOf(child).oneOf !== undefined) continue
    // A table that says what it is does so in one row.
    const isTable = child.properties !== undefined && child.description === undefined
    if (!isTable) rows.push({ key, node: child, isRequired: required.has(name) })
    rows.push(...(isTable ? rowsOf(child, `${key}.`) : rowsOf(itemOf(child), `${key}[].`)))
  }
  return rows
}

function typeOf(node: Node): string {
  if (node.enum !== undefined) return listed(node.enum.map((value) => JSON.stringify(value)))
  if (node.const !== undefined) return `\`${JSON.stringify(node.const)}\``
  const branches = new Set(node.anyOf?.map((branch) => typeOf(asNode(branch))))
  if (branches.size > 0) return [...branches].join(' or ')
  if (node.type === 'array') return `list of ${typeOf(itemOf(node))}s`
  if (node.type === 'object') return 'table'
  return typeof node.type === 'string' ? node.type : 'any'
}

function defaultOf(node: Node, isRequired: boolean): string {
  if (isRequired) return '**required**'
  return node.default === undefined ? '' : `\`${JSON.stringify(node.default)}\``
}

function describe(node: Node): string {
  return node.description ?? ''
}

function listed(values: readonly string[]): string {
  return values.map((value) => `\`${value}\``).join(', ')
}

function escape(cell: string): string {
  return cell.replaceAll('|', '\\|')
}

function only(node: Node, isWanted: (key: string) => boolean): Node {
  const kept = Object.entries(childrenOf(node)).filter(([key]) => isWanted(key))
  return { ...node, properties: Object.fromEntries(kept) }
}

function childrenOf(node: Node): Record<string, Node> {
  const entries = Object.entries(node.properties ?? {})
  return Object.fromEntries(entries.map(([key, child]) => [key, asNode(child)]))
}

/** The schema of a table's entries, where their names are free. */
function entryOf(node: Node): Node {
  return asNode(node.additionalProperties)
}

function itemOf(node: Node): Node {
  return Array.isArray(node.items) ? {} : asNode(node.items)
}

function asNode(node: Node | boolean | undefined): Node {
  return typeof node === 'object' ? node : {}
}
