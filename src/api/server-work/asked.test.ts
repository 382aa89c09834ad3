import { expect, test } from 'vitest'
import type { Part } from '../../domain/chat.ts'
import { asObject, type JsonObject, objectsIn, parseJson } from '../../lib/json.ts'
import { readEventsIn } from '../../lib/sse.ts'
import { openaiResponses } from '../../providers/openai-responses.ts'
import { decodeMessages } from '../anthropic/decode.ts'
import { encodeMessage } from '../anthropic/encode.ts'
import { MessagesEncoder } from '../anthropic/encode-stream.ts'
import { envelope } from '../fixtures/envelope.ts'
import { decodeGenerate } from '../gemini/decode.ts'
import { metadataOf } from '../gemini/decode-parts.ts'
import { encodeGenerated } from '../gemini/encode.ts'
import { decodeChat } from '../openai/decode.ts'
import { encodeCompletion } from '../openai/encode.ts'
import { ChunkEncoder } from '../openai/encode-stream.ts'
import { withoutCarried } from './carried.ts'

const partsOf = (data: JsonObject): Part[] => [
  { type: 'unknown', wire: 'openai_responses', data },
  { type: 'finish', reason: 'tool_call', raw: 'completed' },
]
const check = { id: 'sc_1', code: 'malicious', message: 'Careful.' }
const screen = { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'AAAA' } }
const click = {
  type: 'computer_call',
  id: 'cu_1',
  call_id: 'c_1',
  action: { type: 'click', x: 1, y: 2 },
  pending_safety_checks: [check],
}
const shell = {
  type: 'shell_call',
  call_id: 'c_1',
  action: { commands: ['ls'] },
  environment: { type: 'local' },
}
const patch = { type: 'apply_patch_call', call_id: 'c_1', operation: { type: 'create_file' } }
const leave = { type: 'mcp_approval_request', id: 'c_1', name: 'roll', arguments: '{"sides":6}' }
const local = { type: 'local_shell_call', call_id: 'c_1', action: { command: ['ls'] } }
const older = { type: 'shell_call', call_id: 'c_1', action: { commands: ['ls'] } }
const search = {
  type: 'tool_search_call',
  call_id: 'c_1',
  execution: 'client',
  arguments: { goal: 'weather' },
}
const found = { type: 'function', name: 'forecast' }
const exited = (exit_code: number) => ({ outcome: { type: 'exit', exit_code } })

type Answer = [content: string | JsonObject[], isError: boolean]

test.each<[string, JsonObject, Answer, JsonObject]>([
  [
    'a click',
    click,
    [[screen], false],
    {
      type: 'computer_call_output',
      call_id: 'c_1',
      output: { type: 'computer_screenshot', image_url: 'data:image/png;base64,AAAA' },
      acknowledged_safety_checks: [check],
    },
  ],
  [
    'a command',
    shell,
    ['a.py', false],
    {
      type: 'shell_call_output',
      call_id: 'c_1',
      output: [{ stdout: 'a.py', stderr: '', ...exited(0) }],
    },
  ],
  [
    'a command that failed',
    shell,
    ['No.', true],
    {
      type: 'shell_call_output',
      call_id: 'c_1',
      output: [{ stdout: '', stderr: 'No.', ...exited(1) }],
    },
  ],
  [
    'a command of the older shell',
    local,
    ['a.py', false],
    { type: 'local_shell_call_output', id: 'c_1', output: 'a.py' },
  ],
  [
    'a command of before there were places for shells',
    older,
    ['a.py', false],
    {
      type: 'shell_call_output',
      call_id: 'c_1',
      output: [{ stdout: 'a.py', stderr: '', ...exited(0) }],
    },
  ],
  [
    'a search for tools',
    search,
    [JSON.stringify([found]), false],
    {
      type: 'tool_search_output',
      call_id: 'c_1',
      execution: 'client',
      status: 'completed',
      tools: [found],
    },
  ],
  [
    'a patch',
    patch,
    ['Done.', false],
    { type: 'apply_patch_call_output', call_id: 'c_1', status: 'completed', output: 'Done.' },
  ],
  [
    'leave that is given',
    leave,
    ['{"approve": true}', false],
    { type: 'mcp_approval_response', approval_request_id: 'c_1', approve: true },
  ],
  [
    'leave that is refused in JSON',
    leave,
    ['{"approve": false}', false],
    {
      type: 'mcp_approval_response',
      approval_request_id: 'c_1',
      approve: false,
      reason: '{"approve": false}',
    },
  ],
  [
    'leave that is not given',
    leave,
    ['Never.', false],
    {
      type: 'mcp_approval_response',
      approval_request_id: 'c_1',
      approve: false,
      reason: 'Never.',
    },
  ],
])('%s is a call for clients of others, and their answer goes back', (_, item, answer, output) => {
  const [said, is_error] = answer
  const message = encodeMessage(envelope, partsOf(item))
  expect(message['stop_reason']).toBe('tool_use')
  const [call] = objectsIn(message['content'])
  expect(call).toMatchObject({ type: 'tool_use', id: 'c_1' })
  const result = { type: 'tool_result', tool_use_id: 'c_1', is_error, content: said }
  const messages = [
    { role: 'assistant', content: [call ?? null] },
    { role: 'user', content: [result] },
  ]
  const chat = decodeMessages({ messages })
  const { body, dropped } = openaiResponses.encode(
    chat,
    { model: 'gpt-5', stream: false, options: {} },
    {},
  )
  expect([body['input'], dropped]).toEqual([[item, output], []])

  const { weir: _own, ...plain } = call ?? {}
  expect(withoutCarried({ messages }, ['messages', 'content'])).toEqual({
    messages: [{ role: 'assistant', content: [plain] }, messages[1]],
  })
})

test('Gemini’s clients may answer by the name alone', () => {
  const [candidate] = objectsIn(encodeGenerated(envelope, partsOf(shell))['candidates'])
  const asked = asObject(candidate?.['content']) ?? {}
  const [part] = objectsIn(asked['parts'])
  const { partMetadata: _own, ...call } = part ?? {}
  expect(call).toEqual({
    functionCall: { id: 'c_1', name: 'shell', args: { action: shell.action } },
  })
  const answer = { functionResponse: { name: 'shell', response: { output: 'a.py' } } }
  const contents = [asked, { role: 'user', parts: [answer] }]
  expect(decodeGenerate({ contents }).messages).toMatchObject([
    { content: [{ type: 'unknown', data: shell }] },
    { content: [{ type: 'unknown', data: { type: 'shell_call_output', call_id: 'c_1' } }] },
  ])
  expect(withoutCarried({ contents }, ['contents', 'parts'], metadataOf)).toEqual({
    contents: [{ ...asked, parts: [call] }, contents[1]],
  })
})

test('a stream tells such a call as it tells all calls', () => {
  const encoder = new MessagesEncoder(envelope)
  const text = encoder.encode(partsOf(patch)) + encoder.end()
  const events = readEventsIn(text).map(({ data }): JsonObject => JSON.parse(data))
  const partial_json = JSON.stringify({ operation: patch.operation })
  expect(events.slice(1, 5)).toMatchObject([
    { content_block: { type: 'tool_use', id: 'c_1', name: 'apply_patch', input: {} } },
    { delta: { type: 'input_json_delta', partial_json } },
    { type: 'content_block_stop' },
    { delta: { stop_reason: 'tool_use' } },
  ])
})

test.each<[string, JsonObject, string, string]>([
  ['computer', click, 'https://a.example/1.png', 'computer_call_output'],
  ['shell', shell, 'a.py', 'shell_call_output'],
  ['local_shell', local, 'a.py', 'local_shell_call_output'],
  ['apply_patch', patch, 'Done.', 'apply_patch_call_output'],
  ['tool_search', search, '[]', 'tool_search_output'],
  ['mcp_approval_request', leave, 'yes', 'mcp_approval_response'],
])('clients of chat completions answer to %s as to any call', (name, item, content, type) => {
  const parts: Part[] = [
    { type: 'tool_call', index: 3, id: 'c_0', name: 'f' },
    { type: 'tool_arguments', index: 3, text: '{}' },
    ...partsOf(item),
  ]
  const completion = encodeCompletion(envelope, parts)
  const [choice] = objectsIn(completion['choices'])
  const message = asObject(choice?.['message']) ?? {}
  const called = [
    { id: 'c_0', function: { name: 'f', arguments: '{}' } },
    { id: 'c_1', type: 'function', function: { name } },
  ]
  expect(choice).toMatchObject({ finish_reason: 'tool_calls', message: { tool_calls: called } })

  const encoder = new ChunkEncoder(envelope, false)
  const events = readEventsIn(parts.map((part) => encoder.encode([part])).join('') + encoder.end())
  const begun = events.slice(0, -1).flatMap(({ data }) => {
    const [chunk] = objectsIn(asObject(parseJson(data))?.['choices'])
    return objectsIn(asObject(chunk?.['delta'])?.['tool_calls']).filter(({ id }) => id !== null)
  })
  expect(begun).toMatchObject([
    { index: 0, id: 'c_0' },
    { index: 1, id: 'c_1', function: { name } },
  ])

  const tools = ['c_0', 'c_1'].map((id) => ({ role: 'tool', tool_call_id: id, content }))
  const chat = decodeChat({ messages: [message, ...tools] })
  const target = { model: 'gpt-5', stream: false, options: {} }
  const { body } = openaiResponses.encode(chat, target, {})
  expect(body['input']).toMatchObject([
    { type: 'function_call' },
    item,
    { type: 'function_call_output' },
    { type },
  ])
})
