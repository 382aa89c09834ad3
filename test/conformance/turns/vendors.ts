import {
  asObject,
  asString,
  type Json,
  type JsonObject,
  objectsIn,
  parseJson,
} from '../../../src/lib/json.ts'
import type { WireName } from '../../../src/providers/provider.ts'
import { askedIn, isSearchOfX } from '../oracle/common.ts'
import { wholeCalls } from '../oracle/partial-args.ts'

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

export const text = (value: Json | undefined) => asString(value) ?? ''
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
        if (use?.['type'] === 'server_tool_use') return {}
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
    wholeCalls(objectsIn(asObject(objectsIn(candidates)[0]?.['content'])?.['parts'])),
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

/** A mark of ours, which the gateway takes away again. */
const ownSecret = (value: Json | undefined) => (text(value).startsWith('signature:') ? '' : value)

const OURS = new Set(['reasoning', 'function_call', 'custom_tool_call'])
const isAnswer = ({ type }: JsonObject) => /(?:_output|_response)$/.test(text(type))
const isItem = (item: JsonObject) =>
  item['role'] === 'assistant' || (!item['role'] && !isAnswer(item)) || OURS.has(text(item['type']))

const responses: Vendor = {
  answered: ({ output }) => objectsIn(output),
  sent: ({ input }) => around(objectsIn(input), isItem).turn,
  read: (items) =>
    turn(
      items.map((item) => {
        switch (item['type']) {
          case 'reasoning':
            return {
              marks: [
                ...secret('reasoning', ownSecret(item['encrypted_content'])),
                ...secret('signature', item['signature']),
              ],
              reasoning: [...objectsIn(item['summary']), ...objectsIn(item['content'])]
                .map((piece) => text(piece['text']))
                .join(''),
            }
          case 'function_call':
            return { marks: [call(text(item['call_id']), text(item['name']), item['arguments'])] }
          case 'custom_tool_call':
            if (isSearchOfX(item)) return {}
            return { marks: [call(text(item['call_id']), text(item['name']), item['input'])] }
          case 'message':
            return {
              text: objectsIn(item['content'])
                .map((piece) => text(piece['text']) + text(piece['refusal']))
                .join(''),
            }
          default:
            return {
              marks: askedIn(item).map(({ id, name, text: input }) => call(id, name, input)),
            }
        }
      }),
    ),
  results: ({ input }) =>
    around(objectsIn(input), isItem)
      .after.filter(isAnswer)
      .map(
        ({ call_id: id, approval_request_id: asked, id: own }) =>
          text(id) || text(asked) || text(own),
      ),
}

const isTool = byRole('tool')

const chat: Vendor = {
  answered: ({ choices }) => objectsIn([asObject(objectsIn(choices)[0]?.['message']) ?? null]),
  sent: ({ messages }) => around(objectsIn(messages), byRole('assistant')).turn,
  read: (messages) =>
    turn(
      messages.map((message) => {
        const details = objectsIn(message['reasoning_details']).flatMap((detail) =>
          secret('signature', detail['signature']).concat(secret('data', detail['data'])),
        )
        const calls = objectsIn(message['tool_calls']).flatMap((each) => {
          const fn = asObject(each['function']) ?? asObject(each['custom']) ?? {}
          const google = asObject(asObject(each['extra_content'])?.['google'])
          const named = call(text(each['id']), text(fn['name']), fn['arguments'] ?? fn['input'])
          return secret('call', google?.['thought_signature']).concat(named)
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
