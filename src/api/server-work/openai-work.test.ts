import { expect, test } from 'vitest'
import type { Part } from '../../domain/chat.ts'
import { asObject, type JsonObject, objectsIn } from '../../lib/json.ts'
import { decodeMessages } from '../anthropic/decode.ts'
import { encodeMessage } from '../anthropic/encode.ts'
import { envelope } from '../fixtures/envelope.ts'
import { decodeGenerate } from '../gemini/decode.ts'
import { encodeGenerated } from '../gemini/encode.ts'
import { encodeResponse } from '../openai/responses/encode.ts'
import { ResponseEncoder } from '../openai/responses/encode-stream.ts'

const approval = {
  type: 'mcp_approval_request',
  id: 'mcpr_1',
  server_label: 'dice',
  name: 'roll',
  arguments: '{"sides":6}',
}
const compaction = { type: 'compaction', id: 'cmp_1', encrypted_content: 'gAAA' }
const page = { url: 'https://a.example', title: 'A' }

const cases: [string, JsonObject[], JsonObject[]][] = [
  [
    'a shell',
    [
      {
        type: 'shell_call',
        id: 'sh_1',
        call_id: 'c_1',
        action: { commands: ['ls'] },
        environment: { type: 'container_reference', container_id: 'cntr_1' },
        status: 'x',
      },
      { type: 'shell_call_output', call_id: 'c_1', output: [{ stdout: 'a', stderr: 'b' }] },
    ],
    [
      { type: 'mcp_tool_use', id: 'mcptoolu_c_1', name: 'shell', input: { action: {} } },
      { type: 'mcp_tool_result', tool_use_id: 'mcptoolu_c_1', content: [{ text: 'ab' }] },
    ],
  ],
  [
    'a program',
    [{ type: 'program_output', id: 'p_1', call_id: 'c_1', result: '42', status: 'completed' }],
    [
      { type: 'mcp_tool_use', name: 'program' },
      { type: 'mcp_tool_result', content: [{ text: '42' }] },
    ],
  ],
  [
    'tools that were found',
    [{ type: 'tool_search_output', id: 't_1', call_id: null, tools: [{ type: 'namespace' }] }],
    [{ name: 'tool_search' }, { content: [{ text: '[{"type":"namespace"}]' }] }],
  ],
  [
    'a patch that nobody has applied yet',
    [{ type: 'apply_patch_call', call_id: 'c_2', operation: { path: 'a.py' } }],
    [{ type: 'tool_use', id: 'c_2', name: 'apply_patch', input: { operation: { path: 'a.py' } } }],
  ],
  [
    'a call that waits for leave',
    [approval],
    [
      {
        type: 'tool_use',
        id: 'mcpr_1',
        name: 'mcp_approval_request',
        input: { server_label: 'dice', name: 'roll', arguments: { sides: 6 } },
      },
    ],
  ],
  [
    'a server that did not answer',
    [{ type: 'mcp_list_tools', id: 'l_1', server_label: 'dice', tools: [], error: 'Gone.' }],
    [
      { type: 'mcp_tool_use', name: 'mcp_list_tools', server_name: 'dice' },
      { type: 'mcp_tool_result', is_error: true, content: [{ text: 'Gone.' }] },
    ],
  ],
  ['a compaction', [compaction], [{ type: 'mcp_tool_use', name: 'compaction', input: {} }]],
  [
    'files that were searched',
    [
      {
        type: 'file_search_call',
        id: 'f_1',
        queries: ['q'],
        results: [{ filename: 'a.pdf', text: 'One.' }, { text: 'Two.' }],
      },
    ],
    [
      { type: 'mcp_tool_use', name: 'file_search', input: { queries: ['q'] } },
      { type: 'mcp_tool_result', content: [{ text: 'a.pdf: One.\n\nTwo.' }] },
    ],
  ],
  [
    'a picture that code made',
    [{ type: 'code_interpreter_call', code: 'x', outputs: [{ type: 'image', url: page.url }] }],
    [
      { type: 'server_tool_use', input: { code: 'x' } },
      { type: 'code_execution_tool_result', content: { stdout: page.url } },
    ],
  ],
  [
    'a search of Perplexity’s',
    [{ type: 'search_results', queries: ['weir'], results: [page] }],
    [
      { type: 'server_tool_use', name: 'web_search', input: { queries: ['weir'] } },
      { type: 'web_search_tool_result', content: [page] },
    ],
  ],
  [
    'a page that Perplexity read',
    [{ type: 'fetch_url_results', contents: [page] }],
    [
      { type: 'mcp_tool_use', name: 'web_fetch' },
      { type: 'mcp_tool_result', content: [{ text: page.url }] },
    ],
  ],
]

const partsOf = (items: readonly JsonObject[]) =>
  items.map((data): Part => ({ type: 'unknown', wire: 'openai_responses', data }))

test.each(cases)('Anthropic’s clients are told of %s', (_, items, expected) => {
  expect(encodeMessage(envelope, partsOf(items))['content']).toMatchObject(expected)
})

test.each(cases)('the items come back from clients of others: %s', (_, items) => {
  const content = objectsIn(encodeMessage(envelope, partsOf(items))['content'])
  const [candidate] = objectsIn(encodeGenerated(envelope, partsOf(items))['candidates'])
  const contents = [asObject(candidate?.['content']) ?? {}]
  const histories = [
    decodeMessages({ messages: [{ role: 'assistant', content }] }),
    decodeGenerate({ contents }),
  ]
  for (const { messages } of histories) {
    expect(messages.flatMap((message) => message.content)).toEqual(partsOf(items))
  }
})

test('an item that its provider gave no name has one, whole and streamed', () => {
  const parts = partsOf([{ type: 'search_results', results: [page] }, compaction])
  const [found, last] = objectsIn(encodeResponse(envelope, parts)['output'])
  expect(found).toMatchObject({ id: expect.stringMatching(/^\w+$/), type: 'search_results' })
  expect(last).toEqual(compaction)
  const encoder = new ResponseEncoder(envelope)
  expect(encoder.encode(parts)).toMatch(/"item":\{"id":"\w+","type":"search_results"/)
})
