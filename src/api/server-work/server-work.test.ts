import { expect, test } from 'vitest'
import type { Block, Part } from '../../domain/chat.ts'
import { asObject, type JsonObject, objectsIn, parseJson } from '../../lib/json.ts'
import { readEvents } from '../../lib/sse.ts'
import { decodeMessages } from '../anthropic/decode.ts'
import { encodeMessage } from '../anthropic/encode.ts'
import { MessagesEncoder } from '../anthropic/encode-stream.ts'
import { envelope } from '../fixtures/envelope.ts'
import { decodeGenerate } from '../gemini/decode.ts'
import { metadataOf } from '../gemini/decode-parts.ts'
import { encodeGenerated } from '../gemini/encode.ts'
import { GenerateEncoder } from '../gemini/encode-stream.ts'
import { asEvents } from '../gemini/framing.ts'
import { decodeInput } from '../openai/responses/decode.ts'
import { encodeResponse } from '../openai/responses/encode.ts'
import { ResponseEncoder } from '../openai/responses/encode-stream.ts'
import { withoutCarried } from './carried.ts'

const unknown = (wire: string, data: JsonObject): Part => ({ type: 'unknown', wire, data })

const search: Part[] = [
  unknown('anthropic_messages', {
    type: 'server_tool_use',
    id: 'srvtoolu_1',
    name: 'web_search',
    input: { query: 'weir' },
  }),
  { type: 'text', text: 'Let me see. ', begins: true },
  unknown('anthropic_messages', {
    type: 'web_search_tool_result',
    tool_use_id: 'srvtoolu_1',
    content: [
      { type: 'web_search_result', url: 'https://a.example', title: 'A', encrypted_content: 'x' },
    ],
  }),
]
const code: Part[] = [
  unknown('gemini', { executableCode: { language: 'PYTHON', code: 'print(1)', id: 'e1' } }),
  unknown('gemini', { codeExecutionResult: { outcome: 'OUTCOME_OK', output: '1\n', id: 'e1' } }),
]
const failedCode: Part[] = [
  unknown('anthropic_messages', {
    type: 'server_tool_use',
    id: 'srvtoolu_2',
    name: 'bash_code_execution',
    input: { command: 'ls' },
  }),
  unknown('anthropic_messages', {
    type: 'bash_code_execution_tool_result',
    tool_use_id: 'srvtoolu_2',
    content: { type: 'bash_code_execution_result', stdout: '', stderr: 'No.', return_code: 2 },
  }),
]
const openaiSearch: Part[] = [
  unknown('openai_responses', {
    id: 'ws_1',
    type: 'web_search_call',
    status: 'completed',
    action: {
      type: 'search',
      query: 'weir',
      sources: [{ type: 'url', url: 'https://a.example' }],
    },
  }),
]
const mcp: Part[] = [
  unknown('openai_responses', {
    id: 'mcp_1',
    type: 'mcp_call',
    server_label: 'dice',
    name: 'roll',
    arguments: '{"sides":6}',
    output: '4',
    error: null,
  }),
]
const fetched: Part[] = [
  unknown('gemini', { toolCall: { id: 't1', toolType: 'URL_CONTEXT', args: { urls: ['u'] } } }),
  unknown('gemini', { toolResponse: { id: 't1', toolType: 'URL_CONTEXT', response: { a: 1 } } }),
]
const grounded: Part[] = [
  unknown('bedrock_converse', {
    toolUse: {
      toolUseId: 'b1',
      name: 'nova_grounding',
      type: 'server_tool_use',
      input: { q: 'w' },
    },
  }),
  unknown('bedrock_converse', {
    toolResult: { toolUseId: 'b1', type: 'nova_grounding_result', content: [{ text: 'Sun.' }] },
  }),
]
const saying: Part[] = [unknown('openai_responses', { type: 'message', content: [] })]

const ran = { outcome: 'OUTCOME_OK', output: '1' }
const once = [
  unknown('gemini', { executableCode: { language: 'PYTHON', code: 'print(1)' } }),
  unknown('gemini', { codeExecutionResult: ran }),
]
const nameless = [...once, ...once]

const page = { url: 'https://a.example', title: '' }
const stdout = (text: string) => ({ type: 'code_execution_result', stdout: text, return_code: 0 })

test.each<[string, Part[], JsonObject[]]>([
  [
    'a search of OpenAI’s',
    openaiSearch,
    [
      {
        type: 'server_tool_use',
        id: 'srvtoolu_ws_1',
        name: 'web_search',
        input: { type: 'search', query: 'weir' },
      },
      {
        type: 'web_search_tool_result',
        tool_use_id: 'srvtoolu_ws_1',
        content: [{ type: 'web_search_result', ...page }],
      },
    ],
  ],
  [
    'code that Gemini ran',
    code,
    [
      { type: 'server_tool_use', name: 'code_execution', input: { code: 'print(1)' } },
      { type: 'code_execution_tool_result', content: stdout('1\n') },
    ],
  ],
  [
    'a tool of a server',
    mcp,
    [
      { type: 'mcp_tool_use', name: 'roll', server_name: 'dice', input: { sides: 6 } },
      { type: 'mcp_tool_result', is_error: false, content: [{ type: 'text', text: '4' }] },
    ],
  ],
  [
    'a tool that Anthropic has not',
    grounded,
    [
      { type: 'mcp_tool_use', id: 'mcptoolu_b1', name: 'nova_grounding', input: { q: 'w' } },
      { type: 'mcp_tool_result', tool_use_id: 'mcptoolu_b1', content: [{ text: 'Sun.' }] },
    ],
  ],
  ['what is no work', saying, []],
  [
    'work that has no name, twice',
    nameless,
    [
      { type: 'server_tool_use', id: 'srvtoolu_0' },
      { type: 'code_execution_tool_result', tool_use_id: 'srvtoolu_0' },
      { type: 'server_tool_use', id: 'srvtoolu_1' },
      { type: 'code_execution_tool_result', tool_use_id: 'srvtoolu_1' },
    ],
  ],
  [
    'what came of nobody knows what',
    grounded.slice(1),
    [{ type: 'mcp_tool_use', id: 'mcptoolu_b1', input: {} }, { type: 'mcp_tool_result' }],
  ],
])('Anthropic’s clients are told of %s', (_, parts, expected) => {
  const whole = objectsIn(encodeMessage(envelope, parts)['content'])
  expect(whole).toMatchObject(expected)
  expect(startsIn(parts)).toEqual(whole)
})

function startsIn(parts: readonly Part[]): JsonObject[] {
  const encoder = new MessagesEncoder(envelope)
  const text = parts.map((part) => encoder.encode([part])).join('') + encoder.end()
  return objectsIn(eventsIn(text).map(({ content_block: block }) => block ?? null))
}

function eventsIn(text: string): JsonObject[] {
  return objectsIn(readEvents(Buffer.from(text)).map(({ data }) => parseJson(data) ?? null))
}

test.each<[string, Part[], JsonObject[]]>([
  [
    'a search of Anthropic’s, though words stand between',
    search,
    [
      {
        type: 'web_search_call',
        status: 'completed',
        action: { query: 'weir', sources: [{ type: 'url', url: 'https://a.example' }] },
      },
      { type: 'message' },
    ],
  ],
  [
    'code that failed',
    failedCode,
    [
      {
        type: 'code_interpreter_call',
        status: 'failed',
        code: 'ls',
        outputs: [{ type: 'logs', logs: 'No.' }],
      },
    ],
  ],
  [
    'a page that Gemini read',
    fetched,
    [{ type: 'mcp_call', name: 'web_fetch', arguments: '{"urls":["u"]}', output: '{"a":1}' }],
  ],
  [
    'a search that has not come to its end',
    search.slice(0, 1),
    [{ type: 'web_search_call', action: { query: 'weir', sources: [] } }],
  ],
])('clients of Responses are told of %s', (_, parts, expected) => {
  const whole = objectsIn(encodeResponse(envelope, parts)['output'])
  expect(whole).toMatchObject(expected)
  const encoder = new ResponseEncoder(envelope)
  const events = eventsIn(parts.map((part) => encoder.encode([part])).join('') + encoder.end())
  expect(asObject(events.at(-1)?.['response'])?.['output']).toEqual(whole)
  const done = events.filter(({ type }) => type === 'response.output_item.done')
  expect(done).toHaveLength(whole.length)
})

test.each<[string, Part[], JsonObject[]]>([
  [
    'code that Anthropic ran',
    failedCode,
    [
      { executableCode: { language: 'PYTHON', code: 'ls', id: 'srvtoolu_2' } },
      { codeExecutionResult: { outcome: 'OUTCOME_FAILED', output: 'No.' } },
    ],
  ],
  [
    'a search of OpenAI’s',
    openaiSearch,
    [
      { toolCall: { toolType: 'GOOGLE_SEARCH_WEB', args: { tool: 'web_search', query: 'weir' } } },
      { toolResponse: { id: 'ws_1', response: { pages: [page] } } },
    ],
  ],
])('Gemini’s clients are told of %s', (_, parts, expected) => {
  const [candidate] = objectsIn(encodeGenerated(envelope, parts)['candidates'])
  const whole = objectsIn(asObject(candidate?.['content'])?.['parts'])
  expect(whole).toMatchObject(expected)
  const encoder = new GenerateEncoder(envelope, asEvents())
  const told = eventsIn(parts.map((part) => encoder.encode([part])).join(''))
  const streamed = told.flatMap(({ candidates }) =>
    objectsIn(candidates).flatMap(({ content }) => objectsIn(asObject(content)?.['parts'])),
  )
  expect(streamed).toEqual(whole)
})

const own = (parts: readonly Part[]) => parts.filter(({ type }) => type === 'unknown')
const unknownsIn = (content: readonly Block[]) => content.filter(({ type }) => type === 'unknown')

test.each([
  ['search', search],
  ['code', code],
  ['openaiSearch', openaiSearch],
  ['mcp', mcp],
  ['grounded', grounded],
])('the provider’s own blocks come back from every dialect: %s', (_, parts) => {
  const content = objectsIn(encodeMessage(envelope, parts)['content'])
  const output = objectsIn(encodeResponse(envelope, parts)['output'])
  const [candidate] = objectsIn(encodeGenerated(envelope, parts)['candidates'])
  const contents = [asObject(candidate?.['content']) ?? {}]
  const histories = [
    decodeMessages({ messages: [{ role: 'assistant', content }] }).messages,
    decodeInput(output),
    decodeGenerate({ contents }).messages,
  ]
  for (const messages of histories) {
    expect(unknownsIn(messages.flatMap((message) => message.content))).toEqual(own(parts))
  }
})

test('a provider of the client’s own format gets none of another’s', () => {
  const foreign = objectsIn(
    encodeMessage(envelope, [...code, { type: 'text', text: 'One.' }])['content'],
  )
  const messages = [
    { role: 'user', content: 'Hello' },
    { role: 'assistant', content: foreign },
  ]
  expect(withoutCarried({ model: 'm', messages }, ['messages', 'content'])).toEqual({
    model: 'm',
    messages: [messages[0], { role: 'assistant', content: foreign.slice(-1) }],
  })
  expect(withoutCarried({ messages: messages.slice(0, 1) }, ['messages', 'content'])).toBeNull()
  const input = objectsIn(encodeResponse(envelope, search)['output'])
  expect(withoutCarried({ input }, ['input', 'content'])).toEqual({ input: input.slice(1) })
  const [candidate] = objectsIn(encodeGenerated(envelope, openaiSearch)['candidates'])
  const contents = [asObject(candidate?.['content']) ?? {}]
  expect(withoutCarried({ contents }, ['contents', 'parts'], metadataOf)).toEqual({ contents: [] })
})
