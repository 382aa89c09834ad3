import type { ChatParams, ChatRequest, Message } from '../../domain/chat.ts'
import { asObject, type Json, type JsonObject } from '../../lib/json.ts'
import { LETTERS, withCallNames } from '../call-ids.ts'
import { Leftovers, ownExtra } from '../leftovers.ts'
import { withoutUndefined } from '../openai-chat/fields.ts'
import type { Encoded, Quirks, WireTarget } from '../provider.ts'
import { formatIn } from '../response-format.ts'
import { closedSchema } from './closed-schema.ts'
import { encodeBlock } from './encode-blocks.ts'
import { encodeThinking, maxTokensFor, thinks } from './encode-thinking.ts'
import { encodeChoice, encodeTools } from './encode-tools.ts'
import { factsOf } from './models.ts'
import { WIRE } from './read.ts'

/** Our nouns as a Messages request. Source: Claude API reference, "Create a Message". */
export function encodeMessagesRequest(
  asked: ChatRequest,
  target: WireTarget,
  quirks: Quirks,
): Encoded {
  const left = new Leftovers()
  const chat = withCallNames(asked, LETTERS)
  const { params } = chat
  left.params(params, ['seed', 'presencePenalty', 'frequencyPenalty', 'verbosity', 'logprobs'])
  left.params(params, ['topLogprobs'])
  if ((params.n ?? 1) > 1) left.add('`n`')
  const tools = encodeTools(chat, left)
  const thinking = encodeThinking(params, target.model, left)
  const { metadata, output_config, ...extra } = ownExtra(chat, WIRE, left)
  const config = {
    ...asObject(output_config),
    ...thinking.output_config,
    ...encodeFormat(chat, left),
  }
  const user = params.user === undefined ? {} : { user_id: params.user }
  const body = withoutUndefined({
    model: target.model,
    max_tokens: maxTokensFor(target.model, params.maxTokens, thinking.budget),
    system: encodeSystem(chat.messages, left),
    messages: encodeConversation(chat.messages, left),
    tools: tools.length > 0 ? tools : undefined,
    tool_choice: tools.length > 0 ? encodeChoice(params) : undefined,
    ...encodeSampling(params, { model: target.model, isThinking: thinks(thinking) }, left),
    stop_sequences: params.stop && [...params.stop],
    thinking: thinking.thinking,
    output_config: filled(config),
    metadata: filled({ ...asObject(metadata), ...user }),
    service_tier: tierOf(params.serviceTier, quirks, left),
    ...extra,
    stream: target.stream ? true : undefined,
  })
  return { body, dropped: left.words }
}

function filled(object: JsonObject): JsonObject | undefined {
  return Object.keys(object).length > 0 ? object : undefined
}

/** Above 1 Claude refuses a temperature; while it thinks, nearly all; its newest models take none. */
function encodeSampling(
  { temperature, topP, topK }: ChatParams,
  { model, isThinking }: { readonly model: string; readonly isThinking: boolean },
  left: Leftovers,
): Record<string, number | undefined> {
  const refuses = factsOf(model).adaptiveOnly
  const kept = (name: string, value: number | undefined, fits: boolean) => {
    if (value === undefined || (fits && !refuses)) return value
    // A temperature of 1 is what it takes anyway.
    if (name !== 'temperature' || value !== 1) left.add(`\`${name}\``)
    return undefined
  }
  return {
    temperature: kept('temperature', temperature, (temperature ?? 0) <= 1 && !isThinking),
    top_p: kept('top_p', topP, !isThinking || (topP ?? 0) >= 0.95),
    top_k: kept('top_k', topK, !isThinking),
  }
}

function encodeFormat({ params }: ChatRequest, left: Leftovers): JsonObject {
  const format = formatIn(params)
  if (format?.type === 'json_object') {
    left.add('`response_format` (only a JSON schema can be asked for)')
  }
  return format?.type === 'json_schema'
    ? { format: { type: 'json_schema', schema: closedSchema(format.schema) } }
    : {}
}

function tierOf(
  tier: string | undefined,
  { lacks = [] }: Quirks,
  left: Leftovers,
): string | undefined {
  if (tier === undefined) return undefined
  if (lacks.includes('service_tier')) {
    left.add('`service_tier`')
    return undefined
  }
  if (tier === 'auto' || tier === 'priority') return 'auto'
  if (tier === 'default' || tier === 'standard_only') return 'standard_only'
  left.add('`service_tier`')
  return undefined
}

/** Instructions stand apart from the conversation; a list where a part of them is to be cached. */
function encodeSystem(messages: readonly Message[], left: Leftovers): Json | undefined {
  const blocks = messages.filter(({ role }) => role === 'system').flatMap(({ content }) => content)
  const encoded = blocks.flatMap((block) => encodeBlock(block, left))
  if (encoded.length === 0) return undefined
  const plain = blocks.every((block) => block.type === 'text' && !block.cacheControl)
  if (!plain) return encoded
  return blocks.map((block) => (block.type === 'text' ? block.text : '')).join('\n')
}

interface Turn {
  readonly role: string
  readonly results: Json[]
  readonly others: Json[]
}

/** Turns that take turns: what follows of the same role joins it, results of tools come first. */
function encodeConversation(messages: readonly Message[], left: Leftovers): Json[] {
  const turns: Turn[] = []
  for (const { role, content } of messages) {
    if (role === 'system') continue
    const last = turns.at(-1)
    const turn = last?.role === role ? last : { role, results: [], others: [] }
    for (const block of content) {
      const pieces = encodeBlock(block, left)
      if (block.type === 'tool_result') turn.results.push(...pieces)
      else turn.others.push(...pieces)
    }
    const isNew = turn !== last && turn.results.length + turn.others.length > 0
    if (isNew) turns.push(turn)
  }
  return turns.map(({ role, results, others }) => ({ role, content: [...results, ...others] }))
}
