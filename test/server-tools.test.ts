import OpenAI from 'openai'
import { expect, test } from 'vitest'
import { asObject, type JsonObject, objectsIn } from '../src/lib/json.ts'
import { modelOfType, startGateway } from './support/gateway.ts'
import { reply, startUpstream } from './support/upstream.ts'

const SEARCH = {
  type: 'server_tool_use',
  id: 'srvtoolu_1',
  name: 'web_search',
  input: { query: 'dams' },
}
const FOUND = {
  type: 'web_search_tool_result',
  tool_use_id: 'srvtoolu_1',
  content: [{ type: 'web_search_result', url: 'https://a.example', encrypted_content: 'Eo8=' }],
}
const RUN = {
  executableCode: { language: 'PYTHON', code: 'print(1)' },
  thoughtSignature: 'c2lnbmVk',
}
const RAN = { codeExecutionResult: { outcome: 'OUTCOME_OK', output: '1\n' } }
const CALL = {
  type: 'web_search_call',
  id: 'ws_1',
  status: 'completed',
  action: { type: 'search', query: 'dams' },
}

/** What each provider ran by itself, in its own words. */
const PROVIDERS = [
  [
    'anthropic',
    '/v1',
    [SEARCH, FOUND],
    {
      type: 'message',
      role: 'assistant',
      content: [SEARCH, FOUND, { type: 'text', text: 'A dam.' }],
      stop_reason: 'end_turn',
      usage: { input_tokens: 3, output_tokens: 4 },
    },
  ],
  [
    'google_ai_studio_gemini',
    '',
    [RUN, RAN],
    {
      candidates: [
        { content: { role: 'model', parts: [RUN, RAN, { text: 'A dam.' }] }, finishReason: 'STOP' },
      ],
      usageMetadata: { promptTokenCount: 3, candidatesTokenCount: 4 },
    },
  ],
  [
    'openai',
    '/v1',
    [CALL],
    {
      id: 'resp_1',
      object: 'response',
      status: 'completed',
      output: [
        CALL,
        {
          type: 'message',
          id: 'msg_1',
          role: 'assistant',
          status: 'completed',
          content: [{ type: 'output_text', text: 'A dam.', annotations: [] }],
        },
      ],
      usage: { input_tokens: 3, output_tokens: 4, total_tokens: 7 },
    },
  ],
] as const

test.each(PROVIDERS)(
  'F123 what %s ran by itself is told to a chat client, and comes back to it alone',
  async (type, path, ran, answer) => {
    await using upstream = await startUpstream(() => reply(200, JSON.stringify(answer)))
    await using other = await startUpstream(() => reply(200, JSON.stringify(PLAIN)))
    const own = type === 'openai' ? 'api_type = "responses"' : ''
    await using gateway = await startGateway(
      modelOfType('m', type, `${new URL(upstream.base).origin}${path}`, own) +
        modelOfType('other', 'openai', other.base),
    )
    const client = new OpenAI({ baseURL: `${gateway.url}/openai/v1`, apiKey: 'ANY', maxRetries: 0 })
    const question = { role: 'user', content: 'What holds water?' } as const
    const first = await client.chat.completions.create({ model: 'm', messages: [question] })
    const message = first.choices[0]?.message
    const extra = objectsIn((message as unknown as JsonObject)['tensorzero_extra_content'])
    const told = extra.filter((block) => block['type'] === 'unknown')
    expect(told).toMatchObject(ran.map((data) => ({ type: 'unknown', data })))
    if (!message) throw new Error('no answer')
    const messages = [question, message, { role: 'user', content: 'Sure?' } as const]
    await client.chat.completions.create({ model: 'm', messages })
    const again = JSON.stringify(asObject(JSON.parse(upstream.requests[1]?.body ?? '')))
    for (const block of ran) expect(again.split(JSON.stringify(block))).toHaveLength(2)
    expect(again.split('c2lnbmVk').length).toBeLessThanOrEqual(2)
    for (const model of ['other', 'tensorzero::model_name::other']) {
      await client.chat.completions.create({ model, messages })
      const elsewhere = other.requests.at(-1)?.body ?? ''
      expect(elsewhere).toContain('A dam.')
      expect(elsewhere).not.toContain('extra_content')
    }
  },
)

const PLAIN = {
  choices: [{ index: 0, message: { role: 'assistant', content: 'Yes.' }, finish_reason: 'stop' }],
}
