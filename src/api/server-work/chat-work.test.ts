import { expect, test } from 'vitest'
import type { Part } from '../../domain/chat.ts'
import { asObject, type JsonObject, objectsIn } from '../../lib/json.ts'
import { openaiChat } from '../../providers/openai-chat.ts'
import { decodeMessages } from '../anthropic/decode.ts'
import { encodeMessage } from '../anthropic/encode.ts'
import { envelope } from '../fixtures/envelope.ts'
import { encodeGenerated } from '../gemini/encode.ts'
import { encodeCompletion } from '../openai/encode.ts'
import { ChunkEncoder } from '../openai/encode-stream.ts'
import { encodeResponse } from '../openai/responses/encode.ts'

const page = { title: 'A', url: 'https://a.example' }

test.each<[string, JsonObject, JsonObject[], JsonObject, JsonObject[]]>([
  [
    'a search of Groq’s',
    { index: 0, type: 'search', arguments: '{"query":"q"}', search_results: { results: [page] } },
    [{ type: 'server_tool_use', name: 'web_search' }, { type: 'web_search_tool_result' }],
    { type: 'web_search_call', action: { query: 'q', sources: [{ url: page.url }] } },
    [{ toolCall: { toolType: 'GOOGLE_SEARCH_WEB' } }, { toolResponse: {} }],
  ],
  [
    'code that Groq ran, though its arguments are no JSON',
    { index: 1, type: 'python', arguments: '{"code": "print("1")"}', output: '1' },
    [{ type: 'server_tool_use', name: 'code_execution' }, { content: { stdout: '1' } }],
    { type: 'code_interpreter_call', outputs: [{ logs: '1' }] },
    [{ toolCall: {} }, { codeExecutionResult: { output: '1' } }],
  ],
  [
    'a page that Groq read',
    { index: 2, name: 'browser.open', type: 'browser.open', arguments: '{"id":0}', output: 'L0' },
    [{ type: 'mcp_tool_use', name: 'web_fetch' }, { content: [{ text: 'L0' }] }],
    { type: 'mcp_call', name: 'web_fetch', output: 'L0' },
    [{ toolCall: { toolType: 'URL_CONTEXT' } }, { toolResponse: { response: { output: 'L0' } } }],
  ],
  [
    'a connector of Mistral’s',
    { id: 'c_1', name: 'roll', arguments: '{"sides":6}', output: '4' },
    [{ type: 'mcp_tool_use', name: 'roll', input: { sides: 6 } }, { content: [{ text: '4' }] }],
    { type: 'mcp_call', name: 'roll', output: '4' },
    [{ toolCall: { args: { sides: 6 } } }, { toolResponse: {} }],
  ],
])('clients of others are told of %s, and it goes back to nobody', (_, tool, ...expected) => {
  const [blocks, item, pieces] = expected
  const own: Part = { type: 'unknown', wire: 'openai_chat', data: { executed_tools: [tool] } }
  const parts: Part[] = [own, { type: 'text', text: 'Yes.' }]
  const content = objectsIn(encodeMessage(envelope, parts)['content'])
  expect(content.slice(0, -1)).toMatchObject(blocks)
  expect(objectsIn(encodeResponse(envelope, parts)['output'])[0]).toMatchObject(item)
  const [candidate] = objectsIn(encodeGenerated(envelope, parts)['candidates'])
  const said = objectsIn(asObject(candidate?.['content'])?.['parts'])
  expect(said.slice(0, -1)).toMatchObject(pieces)

  const chat = decodeMessages({ messages: [{ role: 'assistant', content }] })
  expect(chat.messages[0]?.content[0]).toEqual(own)
  const { body } = openaiChat.encode(chat, { model: 'm', stream: false, options: {} }, {})
  expect(body['messages']).toEqual([{ role: 'assistant', content: 'Yes.' }])

  const here = { ...envelope, wire: 'openai_chat' } as const
  const streamed = new ChunkEncoder(here, false).encode(parts)
  const told = JSON.stringify(encodeCompletion(here, parts)) + streamed
  expect(told).not.toContain('executed_tools')
})
