import type { Block, ChatRequest, Message, Tool } from '../../domain/chat.ts'
import type { Json, JsonObject } from '../../lib/json.ts'
import type { Encoded, Quirks, WireTarget } from '../provider.ts'

/** Our nouns as a chat completions body. What this wire cannot say is named in `dropped`. */
export function encodeChat(chat: ChatRequest, target: WireTarget, quirks: Quirks): Encoded {
  const dropped: string[] = []
  const { params } = chat
  const body: Record<string, Json | undefined> = {
    model: target.model,
    messages: chat.messages.flatMap((message) => encodeMessage(message, dropped)),
    tools: chat.tools.length > 0 ? chat.tools.map(encodeTool) : undefined,
    [quirks.maxTokens ?? 'max_completion_tokens']: params.maxTokens,
    temperature: params.temperature,
    top_p: params.topP,
    stop: params.stop ? [...params.stop] : undefined,
    seed: params.seed,
    presence_penalty: params.presencePenalty,
    frequency_penalty: params.frequencyPenalty,
    reasoning_effort: params.reasoningEffort,
    tool_choice: params.toolChoice,
    parallel_tool_calls: params.parallelToolCalls,
    response_format: params.responseFormat,
    ...chat.extra,
    stream: target.stream ? true : undefined,
  }
  return { body: withoutUndefined(body), dropped }
}

function encodeTool(tool: Tool): Json {
  return { type: 'function', function: withoutUndefined({ ...tool }) }
}

function encodeMessage(message: Message, dropped: string[]): Json[] {
  const results = message.content.filter((block) => block.type === 'tool_result')
  const encoded: Json[] = results.map(({ id, result }) => ({
    role: 'tool',
    tool_call_id: id,
    content: result,
  }))
  const rest = message.content.filter((block) => block.type !== 'tool_result')
  if (rest.length === 0 && results.length > 0) return encoded
  const body = message.role === 'assistant' ? encodeAssistant(rest) : encodeContent(rest, dropped)
  return [...encoded, { role: message.role, ...body }]
}

function encodeAssistant(blocks: readonly Block[]): JsonObject {
  const text = blocks.filter((block) => block.type === 'text').map((block) => block.text)
  const thoughts = blocks.filter((block) => block.type === 'thought')
  const calls = blocks.filter((block) => block.type === 'tool_call')
  const refusal = blocks.find((block) => block.type === 'refusal')?.text
  const reasoning = thoughts.map((thought) => thought.text ?? '').join('')
  const details = thoughts.flatMap((thought) => thought.details ?? [])
  return withoutUndefined({
    content: text.length > 0 ? text.join('') : null,
    refusal,
    reasoning: reasoning === '' ? undefined : reasoning,
    reasoning_details: details.length > 0 ? details : undefined,
    tool_calls:
      calls.length === 0
        ? undefined
        : calls.map(({ id, name, arguments: args }) => ({
            id,
            type: 'function',
            function: { name, arguments: args },
          })),
  })
}

function encodeContent(blocks: readonly Block[], dropped: string[]): JsonObject {
  const [only] = blocks
  if (blocks.length === 1 && only?.type === 'text') return { content: only.text }
  return { content: blocks.flatMap((block) => encodePiece(block, dropped)) }
}

function encodePiece(block: Block, dropped: string[]): Json[] {
  if (block.type === 'text') return [{ type: 'text', text: block.text }]
  if (block.type === 'unknown') return [block.data]
  if (block.type !== 'file') {
    dropped.push(`a ${block.type} block in a message of the user or the system`)
    return []
  }
  const { url, detail, filename } = block
  if (url.startsWith('data:') && !url.startsWith('data:image/')) {
    return [{ type: 'file', file: withoutUndefined({ file_data: url, filename }) }]
  }
  return [{ type: 'image_url', image_url: withoutUndefined({ url, detail }) }]
}

function withoutUndefined(fields: Record<string, Json | undefined>): JsonObject {
  const kept = Object.entries(fields).filter(
    (entry): entry is [string, Json] => entry[1] !== undefined,
  )
  return Object.fromEntries(kept)
}
