import type { ToolChoice } from '../domain/chat.ts'
import type { Experimentation, FunctionConfig, Schema, Variant } from './functions.ts'
import { atKey, atValue, error, type Finding, type Path, warning } from './problems.ts'
import { valueAt } from './issues.ts'
import { defaultExperimentation, resolveRule } from './resolve-experimentation.ts'
import { ANYTHING, resolveSchema, type Workshop } from './resolve-schemas.ts'
import { type Owner, resolveVariant } from './resolve-variants.ts'
import type * as Written from './schema-functions.ts'
import type * as WrittenRules from './schema-experimentation.ts'
import { isTable, type Table } from './toml.ts'
import { asObject, type JsonObject } from '../lib/json.ts'

/** What was written, for what only that can tell. */
export interface Tables {
  readonly tables: Table
  /** The names of the metrics there are. */
  readonly metrics: readonly string[]
  /** The same tables as JSON. */
  readonly snapshot: JsonObject
}

/** A function as its table describes it. */
export function resolveFunction(
  name: string,
  written: Written.FunctionTable,
  from: Tables,
  shop: Workshop,
): FunctionConfig {
  const path = ['functions', name]
  const schemas = resolveSchemas(name, written, path, shop)
  const owner: Owner = {
    name,
    type: written.type,
    hasTools: written.type === 'chat' && written.tools.length > 0,
    schemas,
  }
  const variants = new Map<string, Variant>()
  for (const [variant, table] of Object.entries(written.variants)) {
    const at = { name: variant, path: [...path, 'variants', variant], owner }
    variants.set(variant, resolveVariant(table, at, shop))
  }
  return Object.freeze({
    name,
    description: written.description ?? null,
    variants,
    schemas: new Map([...schemas].flatMap(([key, schema]) => (schema ? [[key, schema]] : []))),
    ...answersOf(written, path, shop),
    ...resolveExperimentation(written.experimentation, variants, path, {
      ...from,
      findings: shop.findings,
    }),
    evaluators: evaluatorsOf(valueAt(from.snapshot, [...path, 'evaluators'])),
  })
}

function evaluatorsOf(written: unknown): Record<string, JsonObject> {
  const entries = Object.entries(asObject(written) ?? {}).flatMap(([name, value]) => {
    const evaluator = asObject(value)
    return evaluator ? [[name, evaluator] as const] : []
  })
  return Object.fromEntries(entries)
}

const ROLES = ['system', 'user', 'assistant'] as const

/** By template name, in the new form and the old ones. */
function resolveSchemas(
  name: string,
  written: Written.FunctionTable,
  path: Path,
  shop: Workshop,
): Map<string, Schema | null> {
  const schemas = new Map<string, Schema | null>()
  for (const role of ROLES) {
    const key = `${role}_schema` as const
    if (written[key] === undefined) continue
    const place = [...path, key]
    schemas.set(role, resolveSchema(place, shop))
    if (written.schemas[role] === undefined) continue
    const message = `functions.${name}: Cannot specify both \`schemas.${role}.path\` and \`${key}\``
    shop.findings.push(error('conflict', message, atKey(place)))
  }
  for (const key of Object.keys(written.schemas)) {
    schemas.set(key, resolveSchema([...path, 'schemas', key, 'path'], shop))
  }
  return schemas
}

type Answers = Pick<
  FunctionConfig,
  'type' | 'tools' | 'toolChoice' | 'parallelToolCalls' | 'outputSchema'
>

/** What sets chat and json functions apart. */
function answersOf(written: Written.FunctionTable, path: Path, shop: Workshop): Answers {
  if (written.type === 'chat') {
    return {
      type: 'chat',
      tools: Object.freeze([...written.tools]),
      toolChoice: toToolChoice(written.tool_choice),
      parallelToolCalls: written.parallel_tool_calls ?? null,
      outputSchema: null,
    }
  }
  const isGiven = written.output_schema !== undefined
  return {
    type: 'json',
    tools: Object.freeze([]),
    toolChoice: { mode: 'none' },
    parallelToolCalls: null,
    outputSchema: (isGiven ? resolveSchema([...path, 'output_schema'], shop) : null) ?? ANYTHING,
  }
}

type ChatTable = Extract<Written.FunctionTable, { type: 'chat' }>

function toToolChoice(written: ChatTable['tool_choice']): ToolChoice {
  if (typeof written === 'string') return { mode: written }
  return { mode: 'required', tool: written.specific }
}

interface From extends Tables {
  readonly findings: Finding[]
}

function resolveExperimentation(
  written: WrittenRules.Experimentation | undefined,
  variants: ReadonlyMap<string, Variant>,
  path: Path,
  from: From,
): Pick<FunctionConfig, 'experimentation' | 'experimentationOf'> {
  const { tables, metrics, findings } = from
  const byDefault = defaultExperimentation(variants.values())
  const weighted = [...variants.values()].filter(({ weight }) => weight !== null)
  if (written === undefined) {
    findings.push(...oldWeights(weighted, path))
    return { experimentation: byDefault, experimentationOf: new Map() }
  }
  findings.push(...mixed(weighted, path))
  const place = [...path, 'experimentation']
  const choices = { variants: namesAt(tables, [...path, 'variants']), metrics }
  const experimentationOf = new Map<string, Experimentation>()
  for (const [namespace, rule] of Object.entries(written.namespaces)) {
    const at = [...place, 'namespaces', namespace]
    experimentationOf.set(namespace, resolveRule(rule, at, choices, findings))
  }
  return { experimentation: resolveRule(written, place, choices, findings), experimentationOf }
}

function oldWeights(weighted: readonly Variant[], path: Path): Finding[] {
  const [first] = weighted
  if (first === undefined) return []
  const message = 'The `weight` field on variants is deprecated'
  const help = `write the weights into [${path.join('.')}.experimentation]`
  return [warning('deprecated', message, atKey([...path, 'variants', first.name, 'weight']), help)]
}

function mixed(weighted: readonly Variant[], path: Path): Finding[] {
  const [first] = weighted
  if (first === undefined) return []
  const names = weighted.map(({ name }) => name).join(', ')
  const message = `Cannot mix \`experimentation\` configuration with individual variant \`weight\` values. The following variants have weights specified: ${names}. Either use the \`experimentation\` section to control variant sampling, or specify \`weight\` on individual variants, but not both.`
  return [error('conflict', message, atValue([...path, 'variants', first.name, 'weight']))]
}

export function namesAt(tables: Table, path: Path): string[] {
  const table = valueAt(tables, path)
  return isTable(table) ? Object.keys(table) : []
}
