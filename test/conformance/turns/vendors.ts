import {
  asObject,
  asString,
  type Json,
  type JsonObject,
  objectsIn,
  parseJson,
} from '../../../src/lib/json.ts'
import type { WireName } from '../../../src/providers/provider.ts'
import { readChat } from '../oracle/chat.ts'
import { grown } from '../speakers.ts'

/** One thing of an assistant's turn, and where it stands: what opaque data is of is part of its name. */
export interface Mark {
  readonly kind: 'secret' | 'call'
  readonly what: string
}

/** What an assistant's turn holds, in a vendor's own format. */
export interface Turn {
  readonly marks: readonly Mark[]
  readonly text: string
  readonly reasoning: string
}

/** How to read a vendor's conversations: the same for answers and for requests. */
export interface Vendor {
  /** The pieces of the turn in an answer. */
  answered(answer: JsonObject): JsonObject[]
  /** The pieces of the last assistant's turn in a request. */
  sent(request: JsonObject): JsonObject[]
  read(pieces: readonly JsonObject[]): Turn
  /** The results of tools that follow, by the ids (or names) of their calls; only what directly follows. */
  results(request: JsonObject): string[]
}

const text = (value: Json | undefined) => asString(value) ?? ''
const secret = (what: string, value: Json | undefined): Mark[] =>
  text(value) === '' ? [] : [{ kind: 'secret', what: `${what} ${text(value)}` }]
const call = (id: string, name: string, input: Json | undefined): Mark => ({
  kind: 'call',
  what: `${id} ${name} ${sorted(valueOf(input))}`,
})

function valueOf(input: Json | undefined): Json {
  if (typeof input !== 'string') return input ?? {}
  const nothing = input.trim() === '' || input.trim() === 'null'
  return nothing ? {} : (parseJson(input) ?? input)
}

function sorted(value: Json): string {
  return JSON.stringify(value, (_, inner: unknown) => {
    const object = asObject(inner)
    if (!object) return inner
    return Object.fromEntries(Object.entries(object).toSorted(([a], [b]) => (a < b ? -1 : 1)))
  })
}

function turn(pieces: readonly { marks?: Mark[]; text?: string; reasoning?: string }[]): Turn {
  return {
    marks: pieces.flatMap(({ marks = [] }) => marks),
    text: pieces.map((piece) => piece.text ?? '').join(''),
    reasoning: pieces.map(({ reasoning = '' }) => reasoning).join(''),
  }
}

/** The pieces of the last turn of the assistant, and of what comes after it. */
function around(list: readonly JsonObject[], isOurs: (item: JsonObject) => boolean) {
  const end = list.findLastIndex(isOurs)
  let start = end
  while (start > 0 && isOurs(list[start - 1] ?? {})) start--
  return { turn: end < 0 ? [] : list.slice(start, end + 1), after: list.slice(end + 1) }
}

const byRole = (role: string) => (item: JsonObject) => item['role'] === role

const anthropic: Vendor = {
  answered: ({ content }) => objectsIn(content),
  sent: ({ messages }) =>
    around(objectsIn(messages), byRole('assistant')).turn.flatMap(({ content }) =>
      objectsIn(content),
    ),
  read: (blocks) =>
    turn(
      blocks.map((block) => {
        switch (block['type']) {
          case 'thinking':
            return {
              marks: secret('thinking', block['signature']),
              reasoning: block['signature'] ? text(block['thinking']) : '',
            }
          case 'redacted_thinking':
            return { marks: secret('redacted', block['data']) }
          case 'tool_use':
            return { marks: [call(text(block['id']), text(block['name']), block['input'])] }
          case 'text':
            return { text: text(block['text']) }
          default:
            return {}
        }
      }),
    ),
  results: ({ messages }) => {
    const [next] = around(objectsIn(messages), byRole('assistant')).after
    const blocks = objectsIn(next?.['content'])
    const others = blocks.findIndex(({ type }) => type !== 'tool_result')
    return (others < 0 ? blocks : blocks.slice(0, others)).map(({ tool_use_id: id }) => text(id))
  },
}

const converse: Vendor = {
  answered: ({ output }) => objectsIn(asObject(asObject(output)?.['message'])?.['content']),
  sent: ({ messages }) =>
    around(objectsIn(messages), byRole('assistant')).turn.flatMap(({ content }) =>
      objectsIn(content),
    ),
  read: (blocks) =>
    turn(
      blocks.map((block) => {
        const thought = asObject(block['reasoningContent'])
        const said = asObject(thought?.['reasoningText'])
        const use = asObject(block['toolUse'])
        const cited = objectsIn(asObject(block['citationsContent'])?.['content'])
        const words = [block, ...cited].map((each) => text(each['text'])).join('')
        if (use) return { marks: [call(text(use['toolUseId']), text(use['name']), use['input'])] }
        return {
          marks: [
            ...secret('thinking', said?.['signature']),
            ...secret('redacted', thought?.['redactedContent']),
          ],
          text: words,
          reasoning: said?.['signature'] ? text(said['text']) : '',
        }
      }),
    ),
  results: ({ messages }) => {
    const [next] = around(objectsIn(messages), byRole('assistant')).after
    return objectsIn(next?.['content']).flatMap(({ toolResult }) => {
      const result = asObject(toolResult)
      return result ? [text(result['toolUseId'])] : []
    })
  },
}

const gemini: Vendor = {
  answered: ({ candidates }) =>
    objectsIn(asObject(objectsIn(candidates)[0]?.['content'])?.['parts']),
  sent: ({ contents }) =>
    around(objectsIn(contents), byRole('model')).turn.flatMap(({ parts }) => objectsIn(parts)),
  read: (parts) =>
    turn(
      parts.map((part) => {
        const fn = asObject(part['functionCall'])
        const words = text(part['text'])
        const kind = fn ? 'call' : part['thought'] ? 'thought' : 'text'
        const marks = secret(kind, part['thoughtSignature'] ?? part['thought_signature'])
        if (fn) marks.push(call('', text(fn['name']), fn['args']))
        return part['thought'] ? { marks, reasoning: words } : { marks, text: words }
      }),
    ),
  results: ({ contents }) => {
    const [next] = around(objectsIn(contents), byRole('model')).after
    return objectsIn(next?.['parts']).flatMap(({ functionResponse }) => {
      const result = asObject(functionResponse)
      return result ? [text(result['name'])] : []
    })
  },
}

const OURS = new Set(['reasoning', 'function_call', 'custom_tool_call'])
const isItem = (item: JsonObject) =>
  item['role'] === 'assistant' ||
  (!item['role'] && !text(item['type']).endsWith('_output')) ||
  OURS.has(text(item['type']))

const responses: Vendor = {
  answered: ({ output }) => objectsIn(output),
  sent: ({ input }) => around(objectsIn(input), isItem).turn,
  read: (items) =>
    turn(
      items.map((item) => {
        switch (item['type']) {
          case 'reasoning':
            return {
              marks: secret('reasoning', item['encrypted_content']),
              reasoning: [...objectsIn(item['summary']), ...objectsIn(item['content'])]
                .map((piece) => text(piece['text']))
                .join(''),
            }
          case 'function_call':
            return { marks: [call(text(item['call_id']), text(item['name']), item['arguments'])] }
          case 'custom_tool_call':
            return { marks: [call(text(item['call_id']), text(item['name']), item['input'])] }
          case 'message':
            return {
              text: objectsIn(item['content'])
                .map((piece) => text(piece['text']) + text(piece['refusal']))
                .join(''),
            }
          default:
            return {}
        }
      }),
    ),
  results: ({ input }) =>
    around(objectsIn(input), isItem)
      .after.filter(({ type }) => text(type).endsWith('_output'))
      .map(({ call_id: id }) => text(id)),
}

const isTool = byRole('tool')

const chat: Vendor = {
  answered: ({ choices }) => objectsIn([asObject(objectsIn(choices)[0]?.['message']) ?? null]),
  sent: ({ messages }) => around(objectsIn(messages), byRole('assistant')).turn,
  read: (messages) =>
    turn(
      messages.map((message) => {
        const details = objectsIn(message['reasoning_details']).flatMap((detail) => [
          ...secret('signature', detail['signature']),
          ...secret('data', detail['data']),
        ])
        const calls = objectsIn(message['tool_calls']).flatMap((each) => {
          const fn = asObject(each['function']) ?? asObject(each['custom']) ?? {}
          const google = asObject(asObject(each['extra_content'])?.['google'])
          const named = call(text(each['id']), text(fn['name']), fn['arguments'] ?? fn['input'])
          return [...secret('call', google?.['thought_signature']), named]
        })
        const pieces = objectsIn(message['content'])
        const thinking = pieces.flatMap((piece) => objectsIn(piece['thinking']))
        return {
          marks: [...details, ...calls],
          text:
            text(message['content']) +
            pieces.map((piece) => text(piece['text'])).join('') +
            text(message['refusal']),
          reasoning:
            text(message['reasoning_content']) ||
            text(message['reasoning']) ||
            thinking.map((piece) => text(piece['text'])).join(''),
        }
      }),
    ),
  results: ({ messages }) => leadingResults(objectsIn(messages), 'tool_call_id'),
}

function leadingResults(messages: readonly JsonObject[], key: string): string[] {
  const { after } = around(messages, byRole('assistant'))
  const others = after.findIndex((message) => !isTool(message))
  return (others < 0 ? after : after.slice(0, others)).map((message) => text(message[key]))
}

const cohere: Vendor = {
  answered: ({ message }) => objectsIn([asObject(message) ?? null]),
  sent: ({ messages }) => around(objectsIn(messages), byRole('assistant')).turn,
  read: (messages) =>
    turn(
      messages.map((message) => {
        const pieces = objectsIn(message['content'])
        const said = (key: string) => pieces.map((piece) => text(piece[key])).join('')
        return {
          marks: callsOf(message),
          text: text(message['content']) + said('text'),
          reasoning: said('thinking') + text(message['tool_plan']),
        }
      }),
    ),
  results: ({ messages }) => leadingResults(objectsIn(messages), 'tool_call_id'),
}

const ollama: Vendor = {
  answered: ({ message }) => objectsIn([asObject(message) ?? null]),
  sent: ({ messages }) => around(objectsIn(messages), byRole('assistant')).turn,
  read: (messages) =>
    turn(
      messages.map((message) => ({
        marks: callsOf(message),
        text: text(message['content']),
        reasoning: text(message['thinking']),
      })),
    ),
  results: ({ messages }) => leadingResults(objectsIn(messages), 'tool_call_id'),
}

function callsOf(message: JsonObject): Mark[] {
  return objectsIn(message['tool_calls']).map((each) => {
    const fn = asObject(each['function']) ?? {}
    return call(text(each['id']), text(fn['name']), fn['arguments'])
  })
}

export const VENDORS: Partial<Record<WireName, Vendor>> = {
  openai_chat: chat,
  openai_responses: responses,
  anthropic_messages: anthropic,
  gemini,
  bedrock_converse: converse,
  cohere_chat: cohere,
  ollama_chat: ollama,
}

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
