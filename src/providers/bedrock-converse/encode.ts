import type { ChatRequest, Message } from '../../domain/chat.ts'
import type { Json, JsonObject } from '../../lib/json.ts'
import { encodeThinking } from '../anthropic-messages/encode-thinking.ts'
import { LETTERS, withCallNames } from '../call-ids.ts'
import { Leftovers, nameOfTool, ownExtra } from '../leftovers.ts'
import { withoutUndefined } from '../openai-chat/fields.ts'
import type { Encoded, Quirks, WireTarget } from '../provider.ts'
import { formatIn } from '../response-format.ts'
import { cachePoint, encodeBlock } from './encode-blocks.ts'
import { WIRE } from './read.ts'

/** Our nouns as a Converse request. Source: Amazon Bedrock API reference, "Converse". */
export function encodeConverse(asked: ChatRequest, target: WireTarget, _quirks: Quirks): Encoded {
  const left = new Leftovers()
  const chat = withCallNames(asked, LETTERS)
  const { params } = chat
  left.params(params, ['seed', 'presencePenalty', 'frequencyPenalty', 'parallelToolCalls'])
  left.params(params, ['verbosity', 'user', 'logprobs', 'topLogprobs'])
  if ((params.n ?? 1) > 1) left.add('`n`')
  const system = chat.messages
    .filter(({ role }) => role === 'system')
    .flatMap(({ content }) => content.flatMap((block) => encodeBlock(block, left)))
  const more = encodeMore(chat, target.model, left)
  const config = withoutUndefined({
    maxTokens: params.maxTokens,
    temperature: params.temperature,
    topP: params.topP,
    stopSequences: params.stop && [...params.stop],
  })
  const body = withoutUndefined({
    system: system.length > 0 ? system : undefined,
    messages: encodeTurns(chat.messages, left),
    inferenceConfig: Object.keys(config).length > 0 ? config : undefined,
    toolConfig: encodeTools(chat, left),
    additionalModelRequestFields: Object.keys(more).length > 0 ? more : undefined,
    outputConfig: encodeFormat(chat, left),
    serviceTier: params.serviceTier === undefined ? undefined : { type: params.serviceTier },
    ...ownExtra(chat, WIRE, left),
  })
  return { body, dropped: left.words }
}

function encodeTurns(messages: readonly Message[], left: Leftovers): Json[] {
  const turns: { role: string; content: Json[] }[] = []
  for (const { role, content } of messages) {
    if (role === 'system') continue
    const encoded = content.flatMap((block) => encodeBlock(block, left))
    const last = turns.at(-1)
    if (encoded.length === 0) continue
    if (last?.role === role) last.content.push(...encoded)
    else turns.push({ role, content: encoded })
  }
  return turns
}

const NO_ARGUMENTS: JsonObject = { type: 'object', properties: {} }

/** Where earlier turns have calls, Bedrock wants the tools even if none may be called now. */
function encodeTools(chat: ChatRequest, left: Leftovers): Json | undefined {
  const { tools, providerTools = [], params, messages } = chat
  const { mode, tool, allowed } = params.toolChoice ?? {}
  const used = namesOfCalls(messages)
  for (const { data } of providerTools) left.add(`the tool \`${nameOfTool(data, '')}\``)
  if (mode === 'none' && used.length === 0) return undefined
  if (mode === 'none') left.add('`tool_choice: none`')
  const usable = allowed ? tools.filter(({ name }) => allowed.includes(name)) : tools
  const encoded = usable.flatMap(({ name, description, parameters, custom, cacheControl }) => {
    if (custom) left.add(`the free text of the tool \`${name}\``)
    const inputSchema = { json: parameters ?? NO_ARGUMENTS }
    const spec = { toolSpec: withoutUndefined({ name, description, inputSchema }) }
    return cacheControl ? [spec, cachePoint(cacheControl)] : [spec]
  })
  if (encoded.length === 0) return used.length > 0 ? { tools: used.map(bareTool) } : undefined
  const choice = tool === undefined ? mode === 'required' && { any: {} } : { tool: { name: tool } }
  return withoutUndefined({ tools: encoded, toolChoice: choice || undefined })
}

function namesOfCalls(messages: readonly Message[]): string[] {
  const blocks = messages.flatMap(({ content }) => content)
  return [...new Set(blocks.flatMap((block) => (block.type === 'tool_call' ? [block.name] : [])))]
}

/** A tool that the client no longer offers, though it was called before. */
function bareTool(name: string): Json {
  return { toolSpec: { name, inputSchema: { json: NO_ARGUMENTS } } }
}

/** What only some models know: thinking of Claude, effort of OpenAI's, `top_k`. */
function encodeMore({ params }: ChatRequest, model: string, left: Leftovers): JsonObject {
  const claude = model.includes('anthropic.')
  const more: JsonObject = {}
  if (params.topK !== undefined) {
    if (claude) more['top_k'] = params.topK
    else left.add('`top_k`')
  }
  if (!params.reasoning) return more
  if (claude) {
    const thinking = encodeThinking(params, model, left)
    if (thinking.thinking) more['thinking'] = thinking.thinking
    if (thinking.output_config) more['output_config'] = thinking.output_config
    return more
  }
  const { effort } = params.reasoning
  if (effort !== undefined && /openai|deepseek|qwen/.test(model)) more['reasoning_effort'] = effort
  else left.add('the wish for reasoning')
  return more
}

function encodeFormat({ params }: ChatRequest, left: Leftovers): Json | undefined {
  const format = formatIn(params)
  if (format?.type === 'json_object') left.add('`response_format`')
  if (format?.type !== 'json_schema') return undefined
  const { schema, name, description } = format
  const jsonSchema = withoutUndefined({ schema: JSON.stringify(schema), name, description })
  return { textFormat: { type: 'json_schema', structure: { jsonSchema } } }
}
