import type { Block, ChatRequest, Message, Reasoning, ToolChoice } from '../../domain/chat.ts'
import { asObject, objectsIn, type Json, type JsonObject } from '../../lib/json.ts'
import { Leftovers, nameOfTool, ownExtra } from '../leftovers.ts'
import { withoutUndefined } from '../openai-chat/fields.ts'
import type { Encoded, Quirks, WireTarget } from '../provider.ts'
import { formatIn } from '../response-format.ts'
import { encodePart } from './encode-parts.ts'
import { WIRE } from './read.ts'

/** Our nouns as a generateContent request. Source: Gemini API reference, "Generating content". */
export function encodeGenerate(chat: ChatRequest, target: WireTarget, _quirks: Quirks): Encoded {
  const left = new Leftovers()
  const { params } = chat
  left.params(params, ['parallelToolCalls', 'verbosity', 'user'])
  const system = chat.messages.filter(({ role }) => role === 'system')
  const instructions = system.flatMap(({ content }) =>
    content.flatMap((block) => encodePart(block, left)),
  )
  const { generationConfig, ...extra } = ownExtra(chat, WIRE, left)
  const config = { ...asObject(generationConfig), ...encodeConfig(chat, target.model) }
  const body = withoutUndefined({
    systemInstruction: instructions.length > 0 ? { parts: instructions } : undefined,
    contents: encodeContents(chat.messages, target.model, left),
    tools: encodeTools(chat, left),
    toolConfig: encodeChoice(params.toolChoice),
    generationConfig: Object.keys(config).length > 0 ? config : undefined,
    serviceTier: tierOf(params.serviceTier, left),
    ...extra,
  })
  return { body, dropped: left.words }
}

const TIERS: Readonly<Record<string, string>> = {
  default: 'standard',
  flex: 'flex',
  priority: 'priority',
}

/** Source: Gemini API reference, "ServiceTier". `auto` says nothing. */
function tierOf(tier: string | undefined, left: Leftovers): string | undefined {
  const known = tier === undefined ? undefined : TIERS[tier]
  if (tier !== undefined && tier !== 'auto' && known === undefined) left.add('`service_tier`')
  return known
}

/** Turns that take turns; what follows of the same role joins it. */
function encodeContents(messages: readonly Message[], model: string, left: Leftovers): Json[] {
  const turns: { role: string; parts: Json[] }[] = []
  for (const message of messages) {
    if (message.role === 'system') continue
    const role = message.role === 'assistant' ? 'model' : 'user'
    const parts = refold(message.content).flatMap((block) => encodePart(block, left))
    if (role === 'model' && !/gemini-(1|2)/.test(model)) signFirstCall(parts)
    const last = turns.at(-1)
    if (parts.length === 0) continue
    if (last?.role === role) last.parts.push(...parts)
    else turns.push({ role, parts })
  }
  return turns
}

/** Gemini 3 refuses earlier calls without a signature; this word switches the check off. */
const NO_SIGNATURE = 'skip_thought_signature_validator'

/** Of calls made at once only the first is signed. */
function signFirstCall(parts: readonly Json[]): void {
  const first = objectsIn(parts).find((part) => 'functionCall' in part)
  if (first) first['thoughtSignature'] ??= NO_SIGNATURE
}

/**
 * An empty signed thought is a signature that another dialect had no place for: before a call it is
 * the call's, else that of an empty text.
 */
function refold(blocks: readonly Block[]): Block[] {
  const folded: Block[] = []
  let signature: string | undefined
  for (const block of blocks) {
    const empty = block.type === 'thought' && !block.text && !block.summary
    if (signature !== undefined && block.type === 'tool_call' && block.signature === undefined) {
      folded.push({ ...block, signature })
      signature = undefined
      continue
    }
    if (signature !== undefined) folded.push({ type: 'text', text: '', signature })
    signature = empty ? block.signature : undefined
    if (!empty || block.signature === undefined) folded.push(block)
  }
  if (signature !== undefined) folded.push({ type: 'text', text: '', signature })
  return folded
}

function encodeTools(
  { tools, providerTools = [] }: ChatRequest,
  left: Leftovers,
): Json | undefined {
  const functionDeclarations = tools.flatMap(
    ({ name, description, parameters, custom }): Json[] => {
      if (custom) {
        left.add(`the free-text tool \`${name}\``)
        return []
      }
      return [withoutUndefined({ name, description, parametersJsonSchema: parameters })]
    },
  )
  const theirs = providerTools.flatMap(({ wire, data }): Json[] => {
    if (wire === WIRE) return [data]
    left.add(`the tool \`${nameOfTool(data, wire)}\``)
    return []
  })
  const own = functionDeclarations.length > 0 ? [{ functionDeclarations }] : []
  return own.length + theirs.length > 0 ? [...own, ...theirs] : undefined
}

const MODES: Readonly<Record<ToolChoice['mode'], string>> = {
  auto: 'AUTO',
  none: 'NONE',
  required: 'ANY',
}

function encodeChoice(choice: ToolChoice | undefined): Json | undefined {
  if (!choice) return undefined
  const { mode, tool, allowed } = choice
  const names = tool === undefined ? allowed : [tool]
  // Names may be given only where a call is a must, or where calls are checked.
  const named = names && mode === 'auto' ? 'VALIDATED' : MODES[mode]
  const config = { mode: named, allowedFunctionNames: names && [...names] }
  return { functionCallingConfig: withoutUndefined(config) }
}

function encodeConfig({ params }: ChatRequest, model: string): JsonObject {
  const format = formatIn(params)
  const json = format && format.type !== 'text'
  return withoutUndefined({
    maxOutputTokens: params.maxTokens,
    temperature: params.temperature,
    topP: params.topP,
    topK: params.topK,
    stopSequences: params.stop && [...params.stop],
    seed: params.seed,
    presencePenalty: params.presencePenalty,
    frequencyPenalty: params.frequencyPenalty,
    candidateCount: params.n,
    responseLogprobs: params.logprobs,
    logprobs: params.topLogprobs,
    responseMimeType: json ? 'application/json' : undefined,
    responseJsonSchema: format?.type === 'json_schema' ? format.schema : undefined,
    thinkingConfig: params.reasoning && encodeThinking(params.reasoning, model),
  })
}

const BUDGETS: Readonly<Record<string, number>> = {
  minimal: 512,
  low: 1024,
  medium: 8192,
  high: 24_576,
  xhigh: 24_576,
  max: 24_576,
}
const LEVELS: Readonly<Record<string, string>> = { none: 'minimal', xhigh: 'high', max: 'high' }

/** Gemini 3 knows levels, 2.5 numbers of tokens. Source: Gemini docs, "Thinking". */
function encodeThinking(reasoning: Reasoning, model: string): JsonObject {
  const { effort, budgetTokens, enabled, visible } = reasoning
  const off = enabled === false || effort === 'none' || budgetTokens === 0
  const includeThoughts = visible ?? !off
  if (budgetTokens !== undefined) return { thinkingBudget: budgetTokens, includeThoughts }
  const byLevel = !/gemini-(1|2)\b|gemini-2\.5/.test(model)
  if (byLevel) {
    const level = off ? 'minimal' : effort && (LEVELS[effort] ?? effort)
    return withoutUndefined({ thinkingLevel: level, includeThoughts })
  }
  const budget = off ? 0 : effort && BUDGETS[effort]
  return withoutUndefined({ thinkingBudget: budget === '' ? undefined : budget, includeThoughts })
}
