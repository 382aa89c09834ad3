import { atKey, atValue, dotted, error, type Finding, type Path, warning } from './problems.ts'
import type {
  CandidatesVariant,
  ChatVariant,
  DiclVariant,
  JsonMode,
  Prompting,
  Schema,
  Variant,
  VariantParams,
} from './functions.ts'
import type { Workshop } from './resolve-schemas.ts'
import { type PromptingPlace, resolveTemplates } from './resolve-templates.ts'
import type * as Written from './schema-variants.ts'
import { TYPES } from './schema-variants.ts'
import { toPatches, toRetries, toTimeouts } from './target.ts'

/** The function that a variant belongs to, as far as variants must know it. */
export interface Owner {
  readonly name: string
  readonly type: 'chat' | 'json'
  readonly hasTools: boolean
  /** By template name. A schema that could not be read is null here. */
  readonly schemas: ReadonlyMap<string, Schema | null>
}

/** A variant's place in the tables. */
export interface VariantPlace {
  readonly name: string
  readonly path: Path
  readonly owner: Owner
}

type Candidates = Extract<Written.Variant, { candidates: string[] }>
type Dicl = Extract<Written.Variant, { k: number }>

/** A variant as its table describes it. */
export function resolveVariant(
  written: Written.Variant,
  at: VariantPlace,
  shop: Workshop,
): Variant {
  if ('candidates' in written) return resolveCandidates(written, at, shop)
  if ('k' in written) return resolveDicl(written, at, shop)
  return resolveChat(written, at, shop)
}

type Chat = Exclude<Written.Variant, Candidates | Dicl>

function resolveChat(written: Chat, at: VariantPlace, shop: Workshop): ChatVariant {
  const isThought = isOneOf(TYPES.thought, written.type)
  const jsonMode = toJsonMode(written.json_mode)
  shop.findings.push(...checkJsonMode(jsonMode, at, at.path))
  if (isThought) shop.findings.push(...checkThought(at))
  return Object.freeze({
    type: isThought ? 'chain_of_thought' : 'chat_completion',
    ...factsOf(written, at),
    ...resolvePrompting(written, at, at.path, shop),
    jsonMode,
  })
}

function resolveCandidates(
  written: Candidates,
  at: VariantPlace,
  shop: Workshop,
): CandidatesVariant {
  const isBest = 'evaluator' in written
  const key = isBest ? 'evaluator' : 'fuser'
  const judge = isBest ? written.evaluator : written.fuser
  const path = [...at.path, key]
  const own = toJsonMode(judge.json_mode)
  if (!isBest && own === null) shop.findings.push(...checkJsonMode(own, at, path))
  const { timeout_s: timeoutS } = written
  return Object.freeze({
    type: isBest ? 'best_of_n' : 'mixture_of_n',
    ...factsOf(written, at),
    candidates: Object.freeze([...written.candidates]),
    judge: Object.freeze({
      ...resolvePrompting(judge, at, path, shop),
      jsonMode: own ?? (isBest ? 'strict' : null),
    }),
    candidateTimeoutMs: timeoutS === undefined ? null : timeoutS * 1000,
  })
}

function resolveDicl(written: Dicl, at: VariantPlace, shop: Workshop): DiclVariant {
  const jsonMode = toJsonMode(written.json_mode)
  if (at.owner.type === 'json') shop.findings.push(...checkJsonMode(jsonMode, at, at.path))
  const distance = written.max_distance
  if (distance !== undefined && distance < 0) {
    const message = `\`${dotted(at.path)}\`: \`max_distance\` must be non-negative (got ${distance})`
    shop.findings.push(error('invalid_value', message, atValue([...at.path, 'max_distance'])))
  }
  const instructions = shop.texts.get([...at.path, 'system_instructions'])
  return Object.freeze({
    type: 'dicl',
    ...factsOf(written, at),
    templates: new Map<string, never>(),
    wrappers: new Map<string, never>(),
    ...plainPrompting(written),
    jsonMode,
    embeddingModel: written.embedding_model,
    k: written.k,
    maxDistance: distance ?? null,
    systemInstructions: instructions?.text ?? INDUCTION,
  })
}

/** What a model is told that is to go by examples alone. */
const INDUCTION = `You will be shown examples of a task: each is an input followed by the right output.
Find out from them what the task is and what form its outputs have.
Then give the output for the last input, in the same form, and nothing else.`

function factsOf(
  written: Written.Variant,
  { name }: VariantPlace,
): Pick<Variant, 'name' | 'weight' | 'timeouts' | 'namespace'> {
  return {
    name,
    weight: written.weight ?? null,
    timeouts: toTimeouts(written.timeouts),
    namespace: written.namespace ?? null,
  }
}

function resolvePrompting(
  written: Omit<Written.Prompting, 'type' | 'weight'>,
  { owner, path: variant }: VariantPlace,
  path: Path,
  shop: Workshop,
): Omit<Prompting, 'jsonMode'> {
  const at: PromptingPlace = {
    path,
    variant: dotted(variant),
    function: owner.name,
    schemas: owner.schemas,
  }
  return { ...resolveTemplates(written, at, shop), ...plainPrompting(written) }
}

type Plain = Pick<Written.Prompting, 'model' | 'retries' | 'extra_body' | 'extra_headers'> &
  Partial<Record<keyof VariantParams, unknown>>

function plainPrompting(
  written: Plain,
): Pick<Prompting, 'model' | 'params' | 'retries' | 'extraBody' | 'extraHeaders'> {
  return {
    model: written.model,
    params: paramsOf(written),
    retries: toRetries(written.retries),
    ...toPatches(written),
  }
}

const PARAMS = [
  'temperature',
  'top_p',
  'max_tokens',
  'presence_penalty',
  'frequency_penalty',
  'seed',
  'stop_sequences',
  'reasoning_effort',
  'service_tier',
  'thinking_budget_tokens',
  'verbosity',
] as const

function paramsOf(written: Partial<Record<keyof VariantParams, unknown>>): VariantParams {
  const given = PARAMS.filter((key) => written[key] !== undefined)
  return Object.freeze(Object.fromEntries(given.map((key) => [key, written[key]])))
}

function toJsonMode(written: Written.Prompting['json_mode']): JsonMode | null {
  return written === 'implicit_tool' ? 'tool' : (written ?? null)
}

/** A json function's variants must say how; those of a chat function have but one way. */
function checkJsonMode(
  mode: JsonMode | null,
  { name, owner }: VariantPlace,
  path: Path,
): Finding[] {
  if (owner.type === 'json') {
    if (mode !== null) return []
    const message = `\`json_mode\` must be specified for \`[${dotted(path)}]\` (parent function \`${owner.name}\` is a JSON function)`
    const help = 'json_mode = "strict"'
    return [error('missing_key', message, atKey(path), help)]
  }
  if (mode === null) return []
  const place = atValue([...path, 'json_mode'])
  if (mode !== 'tool') {
    const message = `JSON mode is not supported for variant \`${name}\` (parent function is a chat function)`
    return [error('json_mode', message, place, `make \`${owner.name}\` a json function`)]
  }
  if (!owner.hasTools) return []
  const message = `\`${dotted(path)}\`: Cannot use \`json_mode = "tool"\` with chat functions that have tools configured. Please remove tools from the function or use a JSON function instead.`
  return [error('json_mode', message, place)]
}

function checkThought({ owner, path }: VariantPlace): Finding[] {
  if (owner.type === 'json') return []
  const message = `\`${dotted(path)}\`: only json functions can think in a field of their own`
  return [warning('chain_of_thought', message, atValue([...path, 'type']))]
}

function isOneOf(types: readonly string[], type: string): boolean {
  return types.includes(type)
}
