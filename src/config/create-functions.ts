import { GatewayError } from '../domain/errors.ts'
import { asObject, type Json, type JsonObject } from '../lib/json.ts'
import { type CheckValue, SchemaCompiler, SchemaError } from '../lib/json-schema.ts'
import { Lru } from '../lib/lru.ts'
import { TemplateCompiler } from '../lib/templates.ts'
import type { FunctionConfig, Functions, MetricConfig, Schema, ToolConfig } from './functions.ts'
import type { Config } from './config.ts'
import type { Finding, Path } from './problems.ts'
import { evaluatorsIn, metricOf } from './evaluators.ts'
import { judgeOf } from './judges.ts'
import { readVariant } from './read-variant.ts'
import type { FileTexts } from './references.ts'
import { namesAt, resolveFunction } from './resolve-functions.ts'
import { defaultExperimentation } from './resolve-experimentation.ts'
import { ANYTHING, resolveSchema, type Workshop } from './resolve-schemas.ts'
import type { ConfigFile } from './schema.ts'
import type { Table } from './toml.ts'

export interface FunctionParts {
  readonly file: ConfigFile
  /** What was written. */
  readonly tables: Table
  readonly texts: FileTexts
  /** Templates that others may include, by the name they say. */
  readonly includes: ReadonlyMap<string, string>
  /** The tables as JSON. */
  readonly snapshot: JsonObject
}

export interface MadeFunctions {
  readonly functions: Functions & Pick<Config, 'evaluations' | 'optimizers'>
  /** Where each is written; what is built in is not. */
  readonly places: ReadonlyMap<string, Path>
  readonly findings: readonly Finding[]
}

/** Makes the functions, tools and metrics of a configuration. */
export function createFunctions({
  file,
  tables,
  texts,
  includes,
  snapshot,
}: FunctionParts): MadeFunctions {
  const compile = createCompile()
  const findings: Finding[] = []
  const templates = new TemplateCompiler(includes)
  const shop: Workshop = { texts, templates, compileSchema: compile, findings }
  const metricNames = namesAt(tables, ['metrics'])
  const functions = new Map(BUILT_IN.map((built) => [built.name, built]))
  for (const [name, written] of Object.entries(file.functions)) {
    functions.set(
      name,
      resolveFunction(name, written, { tables, metrics: metricNames, snapshot }, shop),
    )
  }
  const metrics = resolveMetrics(file.metrics)
  const places = new Map<string, Path>(
    Object.keys(file.functions).map((name) => [name, ['functions', name]]),
  )
  for (const [at, evaluator] of evaluatorsIn(file, findings)) {
    metrics.set(at.metricName, metricOf(evaluator, at))
    if (evaluator.type !== 'llm_judge') continue
    functions.set(at.functionName, judgeOf(evaluator, at, shop))
    places.set(at.functionName, at.path)
  }
  return {
    functions: Object.freeze({
      functions,
      tools: resolveTools(file.tools, shop),
      metrics,
      compileSchema: (json: Json, what: string) => compileForRequest(compile, json, what),
      readVariant: (name: string, json: JsonObject) =>
        readVariant(functions.get(name), json, { compile, includes }, name),
      evaluations: asObject(snapshot['evaluations']) ?? {},
      optimizers: asObject(snapshot['optimizers']) ?? {},
    }),
    places,
    findings,
  }
}

/** Without variants: for requests that bring their own. */
const BUILT_IN: readonly FunctionConfig[] = (['chat', 'json'] as const).map((type) =>
  plainFunction(`tensorzero::hello_${type}`, type),
)

/** A function with nothing in it. */
function plainFunction(name: string, type: FunctionConfig['type']): FunctionConfig {
  const isChat = type === 'chat'
  return Object.freeze({
    name,
    type,
    description: null,
    variants: new Map(),
    // Whatever a request's own template asks for.
    schemas: new Map(isChat ? [['system', ANYTHING]] : []),
    tools: Object.freeze([]),
    toolChoice: { mode: isChat ? 'auto' : 'none' } as const,
    parallelToolCalls: null,
    outputSchema: isChat ? null : ANYTHING,
    experimentation: defaultExperimentation([]),
    experimentationOf: new Map(),
    evaluators: {},
  })
}

/** Requests bring the same schemas again and again; each takes a while to compile. */
const MOST_KEPT = 100
/** Longer ones come from nobody who means well, and keeping them would take much memory. */
const LONGEST_KEPT = 100_000

function createCompile(): (json: Json) => CheckValue {
  const compiler = new SchemaCompiler()
  const kept = new Lru<string, CheckValue>(MOST_KEPT)
  return (json) => {
    const text = JSON.stringify(json)
    const known = kept.get(text)
    if (known) return known
    const check = compiler.compile(json)
    if (text.length <= LONGEST_KEPT) kept.set(text, check)
    return check
  }
}

function compileForRequest(compile: (json: Json) => CheckValue, json: Json, what: string): Schema {
  try {
    return { json, check: compile(json) }
  } catch (thrown) {
    if (!(thrown instanceof SchemaError)) throw thrown
    const message = `The JSON Schema of ${what} is invalid: ${thrown.message}.`
    throw new GatewayError('invalid_request', message, { cause: thrown })
  }
}

function resolveTools(written: ConfigFile['tools'], shop: Workshop): Map<string, ToolConfig> {
  const tools = new Map<string, ToolConfig>()
  for (const [key, tool] of Object.entries(written)) {
    const parameters = resolveSchema(['tools', key, 'parameters'], shop)
    if (parameters === null) continue
    const { description, strict, name = key } = tool
    tools.set(key, Object.freeze({ key, name, description, parameters, strict }))
  }
  return tools
}

function resolveMetrics(written: ConfigFile['metrics']): Map<string, MetricConfig> {
  const metrics = new Map<string, MetricConfig>()
  for (const [name, { type, optimize, level, description = null }] of Object.entries(written)) {
    metrics.set(name, Object.freeze({ name, type, optimize, level, description }))
  }
  return metrics
}
