import { choiceJson } from '../../domain/native-tools.ts'
import { asObject, type Json, type JsonObject } from '../../lib/json.ts'
import type { App } from '../app.ts'
import { compact } from '../compact.ts'

type Config = ReturnType<App['engine']['config']>
type Named<Values> = Values extends ReadonlyMap<string, infer Value> ? Value : never
type FunctionConfig = Named<Config['functions']>
type Schema = Named<FunctionConfig['schemas']>
type Experimentation = FunctionConfig['experimentation']
type Variant = Named<FunctionConfig['variants']>
type Prompting = Extract<Variant, { type: 'best_of_n' | 'mixture_of_n' }>['judge']
type Timeouts = Variant['timeouts']

/** A configuration as TensorZero's pages read it: everything loaded, defaults filled in. */
export function presentUiConfig(config: Config): JsonObject {
  const { functions, metrics, tools, tables } = config
  const written = asObject(tables['functions']) ?? {}
  return {
    functions: each(functions, (fn, name) => presentFunction(fn, asObject(written[name]) ?? {})),
    metrics: each(metrics, ({ type, optimize, level, description }) => ({
      type,
      optimize,
      level,
      ...(description !== null && { description }),
    })),
    tools: each(tools, ({ description, parameters, name, key, strict }) => {
      return { description, parameters: schemaJson(parameters), name, key, strict }
    }),
    evaluations: each(members(tables['evaluations']), (evaluation) => ({
      ...evaluation,
      type: 'inference',
      evaluators: each(members(evaluation['evaluators']), presentEvaluator),
    })),
    model_names: [...config.modelNames],
    config_hash: config.hash,
    config_in_database: false,
  }
}

/** `written`: the function as it stands in the file. */
function presentFunction(fn: FunctionConfig, written: JsonObject): JsonObject {
  const variants = asObject(written['variants']) ?? {}
  const rule = (of: Experimentation) => presentRule(of, written['experimentation'] !== undefined)
  return {
    type: fn.type,
    variants: each(fn.variants, (variant, name) =>
      presentVariant(variant, fn, asObject(variants[name]) ?? {}),
    ),
    schemas: each(fn.schemas, (schema, name) => ({
      schema: schemaJson(schema),
      legacy_definition: written[`${name}_schema`] !== undefined,
    })),
    ...(fn.type === 'chat' ? chatFields(fn) : jsonFields(fn)),
    description: fn.description,
    experimentation: {
      base: rule(fn.experimentation),
      namespaces: each(fn.experimentationOf, rule),
    },
    evaluators: each(new Map(Object.entries(fn.evaluators)), presentEvaluator),
  }
}

function chatFields({ tools, toolChoice, parallelToolCalls }: FunctionConfig): JsonObject {
  return {
    tools: [...tools],
    tool_choice: choiceJson(toolChoice),
    parallel_tool_calls: parallelToolCalls,
  }
}

/** Of a json function, and the tool that a model without a JSON mode is made to call. */
function jsonFields({ outputSchema }: FunctionConfig): JsonObject {
  const schema = { value: outputSchema?.json ?? {} }
  return {
    output_schema: schema,
    json_mode_tool_call_config: {
      static_tools_available: [{ Implicit: { parameters: schema } }],
      dynamic_tools_available: [],
      provider_tools: [],
      openai_custom_tools: [],
      tool_choice: { specific: 'respond' },
      parallel_tool_calls: null,
      allowed_tools: { tools: [], choice: 'function_default' },
    },
  }
}

function presentVariant(variant: Variant, fn: FunctionConfig, written: JsonObject): JsonObject {
  return {
    inner: { weight: variant.weight, ...presentInner(variant, fn, written) },
    timeouts: presentTimeouts(variant.timeouts),
    ...(variant.namespace !== null && { namespace: variant.namespace }),
  }
}

function presentInner(variant: Variant, fn: FunctionConfig, written: JsonObject): JsonObject {
  switch (variant.type) {
    case 'chat_completion':
    case 'chain_of_thought':
      return { type: variant.type, ...presentPrompting(variant, fn, written) }
    case 'dicl':
      return {
        type: 'dicl',
        ...presentPrompting(variant, fn, written),
        embedding_model: variant.embeddingModel,
        k: variant.k,
        max_distance: variant.maxDistance,
        system_instructions: written['system_instructions'] ?? {
          __tensorzero_remapped_path: '',
          __data: variant.systemInstructions,
        },
      }
    case 'best_of_n':
    case 'mixture_of_n': {
      const [type, judge] =
        variant.type === 'best_of_n'
          ? ['best_of_n_sampling', 'evaluator']
          : ['mixture_of_n', 'fuser']
      const judging = presentPrompting(variant.judge, fn, asObject(written[judge]) ?? {})
      return { type, candidates: [...variant.candidates], [judge]: { weight: null, ...judging } }
    }
  }
}

function presentPrompting(
  { model, templates, params, jsonMode, retries }: Prompting,
  fn: FunctionConfig,
  written: JsonObject,
): JsonObject {
  const { reasoning_effort, service_tier, thinking_budget_tokens, verbosity } = params
  return {
    model,
    templates: each(templates, ({ path, source }, name) => {
      const schema = fn.schemas.get(name)
      return {
        template: { path, contents: source },
        schema: schema ? schemaJson(schema) : null,
        legacy_definition: written[`${name}_template`] !== undefined,
      }
    }),
    temperature: params.temperature ?? null,
    top_p: params.top_p ?? null,
    max_tokens: params.max_tokens ?? null,
    presence_penalty: params.presence_penalty ?? null,
    frequency_penalty: params.frequency_penalty ?? null,
    seed: params.seed ?? null,
    stop_sequences: params.stop_sequences ? [...params.stop_sequences] : null,
    json_mode: jsonMode,
    retries: { num_retries: retries.numRetries, max_delay_s: retries.maxDelayMs / 1000 },
    ...compact({ reasoning_effort, service_tier, thinking_budget_tokens, verbosity }),
  }
}

function presentTimeouts({ totalMs, ttftMs, streamTotalMs }: Timeouts): JsonObject {
  const streaming = {
    ...(ttftMs !== null && { ttft_ms: ttftMs }),
    ...(streamTotalMs !== null && { total_ms: streamTotalMs }),
  }
  return {
    ...(totalMs !== null && { non_streaming: { total_ms: totalMs } }),
    ...(Object.keys(streaming).length > 0 && { streaming }),
  }
}

/** Where nothing is said, all variants have their turns: that has a name of its own. */
function presentRule(rule: Experimentation, isWritten: boolean): JsonObject {
  if (rule.type === 'static') {
    if (rule.uniform && !isWritten) return { type: 'default' }
    return {
      type: 'static',
      candidate_variants: Object.fromEntries(rule.weights),
      fallback_variants: [...rule.fallbackVariants],
    }
  }
  return {
    type: 'adaptive',
    algorithm: 'track_and_stop',
    metric: rule.metric,
    candidate_variants: [...rule.candidateVariants],
    fallback_variants: [...rule.fallbackVariants],
    min_samples_per_variant: rule.minSamplesPerVariant,
    delta: rule.delta,
    epsilon: rule.epsilon,
    min_prob: rule.minProb,
    max_samples_per_variant: rule.maxSamplesPerVariant,
  }
}

/** Without the models that judge: they are functions of their own. */
function presentEvaluator(evaluator: JsonObject): JsonObject {
  const { typescript_file: file, ...others } = evaluator
  const written = Object.fromEntries(Object.entries(others).filter(([key]) => key !== 'variants'))
  const code = asObject(file)?.['__data']
  const isJudge = written['type'] === 'llm_judge'
  return {
    ...(isJudge && { input_format: 'serialized' }),
    ...written,
    ...(isJudge && { include: { reference_output: false, ...asObject(written['include']) } }),
    ...(code !== undefined && { typescript_code: code }),
  }
}

function schemaJson({ json }: Schema): JsonObject {
  return { value: json }
}

function members(tables: Json | undefined): Map<string, JsonObject> {
  const entries = Object.entries(asObject(tables) ?? {})
  return new Map(entries.map(([name, table]) => [name, asObject(table) ?? {}]))
}

function each<T>(
  values: ReadonlyMap<string, T>,
  present: (value: T, name: string) => JsonObject,
): JsonObject {
  return Object.fromEntries([...values].map(([name, value]) => [name, present(value, name)]))
}
