import { asObject, type JsonObject, objectsIn } from '../../../src/lib/json.ts'
import type { WireName } from '../../../src/providers/provider.ts'
import { readChat } from '../oracle/chat.ts'
import { grown } from '../speakers.ts'
import { text } from './vendors.ts'

/** The assistant's turn of a stream in formats without an SDK of their own here. */
export function gathered(
  wire: WireName,
  events: readonly { name: string; body: JsonObject }[],
): JsonObject {
  switch (wire) {
    case 'bedrock_converse':
      return gatherConverse(events)
    case 'ollama_chat':
      return gatherOllama(events)
    case 'cohere_chat':
      return gatherCohere(events)
    case 'openai_responses':
      return gatherResponses(events)
    default:
      return gatherChat(events)
  }
}

/** What is encrypted differs between an item's beginning and its end: the end counts. */
function gatherResponses(events: readonly { body: JsonObject }[]): JsonObject {
  const done = events.filter(({ body }) => body['type'] === 'response.output_item.done')
  const items = objectsIn(done.map(({ body }) => body['item'] ?? null))
  const last = events.findLast(({ body }) => asObject(body['response']))
  return { output: items.length > 0 ? items : (asObject(last?.body['response'])?.['output'] ?? []) }
}

/** Servers number their calls in so many ways that the oracle must tell them apart. */
function gatherChat(events: readonly { name: string; body: JsonObject }[]): JsonObject {
  const choices = events.flatMap(({ body }) =>
    objectsIn(body['choices']).filter(({ index }) => (index ?? 0) === 0),
  )
  const deltas = objectsIn(choices.map(({ delta, message }) => delta ?? message ?? null))
  const facts = readChat(events)
  const message = grown(deltas.map(({ tool_calls: _calls, ...delta }) => delta))
  const signatures = deltas.flatMap((delta) => objectsIn(delta['tool_calls']))
  const tool_calls = facts.calls.map(({ id, name, text: args }): JsonObject => {
    const extra = signatures.find((each) => each['id'] === id)?.['extra_content']
    return { id, function: { name, arguments: args }, ...(extra && { extra_content: extra }) }
  })
  const { text: content, reasoning } = facts
  return { choices: [{ message: { ...message, content, reasoning, tool_calls } }] }
}

function gatherConverse(events: readonly { name: string; body: JsonObject }[]): JsonObject {
  const blocks: JsonObject[] = []
  for (const { body } of events) {
    const at = body['contentBlockIndex']
    if (typeof at !== 'number') continue
    const delta = asObject(body['delta'])
    const block = (blocks[at] ??= {})
    const thought = asObject(delta?.['reasoningContent'])
    const use = asObject(delta?.['toolUse'])
    Object.assign(block, asObject(body['start']))
    if (delta?.['text']) block['text'] = text(block['text']) + text(delta['text'])
    if (use) {
      const known = asObject(block['toolUse']) ?? {}
      block['toolUse'] = { ...known, input: text(known['input']) + text(use['input']) }
    }
    if (!thought) continue
    const known = asObject(block['reasoningContent']) ?? {}
    const said = asObject(known['reasoningText']) ?? {}
    const { redactedContent: data } = thought
    block['reasoningContent'] = data
      ? { redactedContent: data }
      : {
          reasoningText: {
            text: text(said['text']) + text(thought['text']),
            signature: text(said['signature']) + text(thought['signature']),
          },
        }
  }
  return { output: { message: { content: blocks.filter(Boolean) } } }
}

function gatherOllama(events: readonly { body: JsonObject }[]): JsonObject {
  const messages = objectsIn(events.map(({ body }) => body['message'] ?? null))
  const all = (key: string) => messages.map((message) => text(message[key])).join('')
  const calls = messages.flatMap((message) => objectsIn(message['tool_calls']))
  return { message: { content: all('content'), thinking: all('thinking'), tool_calls: calls } }
}

function gatherCohere(events: readonly { body: JsonObject }[]): JsonObject {
  const pieces: Record<string, string> = { text: '', thinking: '', tool_plan: '' }
  const calls: JsonObject[] = []
  for (const { body } of events) {
    const message = asObject(asObject(body['delta'])?.['message']) ?? {}
    const content = asObject(message['content']) ?? {}
    for (const key of ['text', 'thinking']) pieces[key] += text(content[key])
    pieces['tool_plan'] += text(message['tool_plan'])
    const part = asObject(message['tool_calls'])
    const fn = asObject(part?.['function'])
    const last = asObject(calls.at(-1)?.['function'])
    if (body['type'] === 'tool-call-start' && part) calls.push(part)
    else if (fn && last) last['arguments'] = text(last['arguments']) + text(fn['arguments'])
  }
  const { text: said = '', thinking = '', tool_plan = '' } = pieces
  return { message: { content: [{ thinking }, { text: said }], tool_plan, tool_calls: calls } }
}
