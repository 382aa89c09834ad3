import { expect, test } from 'vitest'
import { modelOfType, startGateway } from '../../../test/support/gateway.ts'
import { reply, startUpstream } from '../../../test/support/upstream.ts'
import type { JsonObject } from '../../lib/json.ts'
import { carry } from './carried.ts'

const item = { id: 'ws_1', type: 'web_search_call', status: 'completed', action: { query: 'weir' } }
const carried = carry('openai_responses', item)
const said = { type: 'text', text: 'Found.' }
const search = { type: 'server_tool_use', id: 'srvtoolu_ws_1', name: 'web_search', input: {} }
const found = { type: 'web_search_tool_result', tool_use_id: 'srvtoolu_ws_1', content: [] }
const content = [{ ...search, ...carried }, { ...found, ...carry('openai_responses') }, said]
const user = { role: 'user', content: 'And now?' }

test('a search of OpenAI’s goes back to OpenAI, and not to Anthropic', async () => {
  await using upstream = await startUpstream(() =>
    reply(400, JSON.stringify({ error: { message: 'no' } })),
  )
  await using gateway = await startGateway(
    modelOfType('claude', 'anthropic', upstream.base) +
      modelOfType('gpt', 'openai', upstream.base, 'api_type = "responses"'),
  )
  const messages = [{ role: 'assistant', content }, user]
  const send = async (model: string, path = '') => {
    const body = JSON.stringify({ model, max_tokens: 5, messages })
    const headers = { 'content-type': 'application/json' }
    await fetch(`${gateway.url}/anthropic/v1/messages${path}`, { method: 'POST', headers, body })
    return JSON.parse(upstream.requests.at(-1)?.body ?? '{}') as JsonObject
  }
  for (const path of ['', '/count_tokens']) {
    expect(await send('claude', path)).toEqual({
      model: 'm',
      max_tokens: 5,
      messages: [{ role: 'assistant', content: [said] }, user],
    })
  }
  expect((await send('gpt'))['input']).toMatchObject([
    item,
    { role: 'assistant', content: [{ text: 'Found.' }] },
    { role: 'user' },
  ])
})
