import type { ChatRequest, Message } from '../../domain/chat.ts'
import type { Json, JsonObject } from '../../lib/json.ts'
import { Leftovers, ownExtra } from '../leftovers.ts'
import { withoutUndefined } from '../openai-chat/fields.ts'
import type { Encoded, Quirks, WireTarget } from '../provider.ts'
import { encodeBlock } from './encode-blocks.ts'
import { encodeThinking, maxTokensFor } from './encode-thinking.ts'
import { encodeChoice, encodeTools } from './encode-tools.ts'
import { WIRE } from './read.ts'

/** Our nouns as a Messages request. Source: Claude API reference, "Create a Message". */
export function encodeMessagesRequest(
  chat: ChatRequest,
  target: WireTarget,
  _quirks: Quirks,
): Encoded {
  const left = new Leftovers()
  const { params } = chat
  left.params(params, ['seed', 'presencePenalty', 'frequencyPenalty', 'verbosity', 'logprobs'])
  left.params(params, ['topLogprobs'])
  if ((params.n ?? 1) > 1) left.add('`n`')
  const tools = encodeTools(chat, left)
  const thinking = encodeThinking(params.reasoning, target.model, params.maxTokens)
  const format = encodeFormat(chat, left)
  const config = { ...thinking.output_config, ...format }
  const extra = ownExtra(chat, WIRE, left)
  const body = withoutUndefined({
    model: target.model,
    max_tokens: maxTokensFor(target.model, params.maxTokens, thinking.budget),
    system: encodeSystem(chat.messages, left),
    messages: encodeConversation(chat.messages, left),
    tools: tools.length > 0 ? tools : undefined,
    tool_choice: tools.length > 0 ? encodeChoice(params) : undefined,
    temperature: temperatureOf(chat, thinking.thinking !== undefined, left),
    top_p: params.topP,
    top_k: params.topK,
    stop_sequences: params.stop && [...params.stop],
    thinking: thinking.thinking,
    output_config: Object.keys(config).length > 0 ? config : undefined,
    metadata: params.user === undefined ? undefined : { user_id: params.user },
    service_tier: tierOf(params.serviceTier, left),
    ...extra,
    stream: target.stream ? true : undefined,
  })
  return { body, dropped: left.words }
}

/** Above 1 Claude refuses; while it thinks, anything but 1. */
function temperatureOf(
  { params }: ChatRequest,
  thinks: boolean,
  left: Leftovers,
): number | undefined {
  const { temperature } = params
  if (temperature === undefined || (temperature <= 1 && !thinks)) return temperature
  if (temperature !== 1) left.add('`temperature`')
  return undefined
}

function encodeFormat({ params }: ChatRequest, left: Leftovers): JsonObject {
  const { responseFormat: format } = params
  if (format?.type === 'json_object') {
    left.add('`response_format` (only a JSON schema can be asked for)')
  }
  return format?.type === 'json_schema'
    ? { format: { type: 'json_schema', schema: format.schema } }
    : {}
}

function tierOf(tier: string | undefined, left: Leftovers): string | undefined {
  if (tier === undefined) return undefined
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

/** Turns that take turns: what follows of the same role joins it, results of tools come first. */
function encodeConversation(messages: readonly Message[], left: Leftovers): Json[] {
  const turns: { role: string; content: Json[] }[] = []
  for (const { role, content } of messages) {
    if (role === 'system') continue
    const results = content.filter(({ type }) => type === 'tool_result')
    const others = content.filter(({ type }) => type !== 'tool_result')
    const encoded = [...results, ...others].flatMap((block) => encodeBlock(block, left))
    const last = turns.at(-1)
    if (encoded.length === 0) continue
    if (last?.role === role) last.content.push(...encoded)
    else turns.push({ role, content: encoded })
  }
  return turns
}
