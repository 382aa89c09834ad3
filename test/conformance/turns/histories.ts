import { asArray, asObject, asString, type JsonObject, objectsIn } from '../../../src/lib/json.ts'
import { type DialectName, plainBody } from '../clients.ts'
import { askedIn, isSearchOfX } from '../oracle/common.ts'

/** The next request of a program that got this answer: every call has its result, then the user goes on. */
export function nextRequest(dialect: DialectName, answer: JsonObject): JsonObject {
  return HISTORIES[dialect](answer)
}

const RESULT = 'It is 21 degrees.'
const GO_ON = 'And now?'
const HELLO = { role: 'user', content: 'Hello' }

type History = (answer: JsonObject) => JsonObject

const HISTORIES: Readonly<Record<DialectName, History>> = {
  chat: ({ choices }) => {
    const [choice] = objectsIn(choices)
    const message = asObject(choice?.['message']) ?? {}
    const calls = objectsIn(message['tool_calls'])
    const results = calls.map(({ id }) => ({
      role: 'tool',
      tool_call_id: id ?? '',
      content: RESULT,
    }))
    const { messages } = plainBody('chat', [])
    const user = { role: 'user', content: GO_ON }
    return {
      ...plainBody('chat', namesOf(calls)),
      messages: [...asArray(messages), message, ...results, user],
    }
  },
  responses: ({ output }) => {
    const items = objectsIn(output)
    const calls = items.filter(isCall)
    const results = items
      .filter((item) => isCall(item) || askedIn(item).length > 0)
      .map((item) => answerTo(item))
    return {
      ...plainBody('responses', namesOf(calls)),
      input: [HELLO, ...items, ...results, { role: 'user', content: GO_ON }],
    }
  },
  messages: ({ content }) => {
    const blocks = objectsIn(content)
    const calls = blocks.filter(({ type }) => type === 'tool_use')
    const results = calls.map(({ id }) => ({
      type: 'tool_result',
      tool_use_id: id ?? '',
      content: RESULT,
    }))
    const { messages } = plainBody('messages', [])
    const user = { role: 'user', content: [...results, { type: 'text', text: GO_ON }] }
    return {
      ...plainBody('messages', namesOf(calls)),
      messages: [...asArray(messages), { role: 'assistant', content: blocks }, user],
    }
  },
  gemini: ({ candidates }) => {
    const [candidate] = objectsIn(candidates)
    const parts = objectsIn(asObject(candidate?.['content'])?.['parts'])
    const calls = objectsIn(parts.map(({ functionCall }) => functionCall ?? null))
    const results = calls.map(({ id, name }) => ({
      functionResponse: { ...(id && { id }), name: name ?? '', response: { output: RESULT } },
    }))
    const { contents } = plainBody('gemini', [])
    return {
      ...plainBody('gemini', []),
      contents: [
        ...asArray(contents),
        { role: 'model', parts },
        { role: 'user', parts: [...results, { text: GO_ON }] },
      ],
    }
  },
}

/** Each kind of item has an answer of its own. */
function answerTo({ type, id, call_id: call }: JsonObject): JsonObject {
  if (type === 'mcp_approval_request') {
    return { type: 'mcp_approval_response', approval_request_id: id ?? '', approve: false }
  }
  const place = type === 'local_shell_call' ? { id: call ?? '' } : { call_id: call ?? '' }
  const kind = asString(type)?.replace(/^tool_search_call$/, 'tool_search') ?? ''
  return { type: `${kind}_output`, ...place, output: RESULT }
}

/** A call for the program to answer. */
function isCall(item: JsonObject): boolean {
  const { type } = item
  return (type === 'function_call' || type === 'custom_tool_call') && !isSearchOfX(item)
}

function namesOf(calls: readonly JsonObject[]): string[] {
  const names = calls.map(
    (call) => asString(call['name']) ?? asString(asObject(call['function'])?.['name']) ?? '',
  )
  return [...new Set(names)]
}
