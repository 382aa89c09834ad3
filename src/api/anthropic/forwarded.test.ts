import { expect, test } from 'vitest'
import { modelOfType, startGateway } from '../../../test/support/gateway.ts'
import { reply, startUpstream } from '../../../test/support/upstream.ts'

const asks = { messages: [{ role: 'user', content: 'Hi' }], max_tokens: 5 }
const headers = {
  'content-type': 'application/json',
  'anthropic-version': '2026-10-21',
  'anthropic-beta': 'context-1m',
}

test.each<[string, string, string, Record<string, string | undefined>]>([
  [
    'the client’s own words',
    '/v1/messages',
    'claude',
    { version: '2026-10-21', beta: 'context-1m' },
  ],
  [
    'words of ours for Claude',
    '/v1/messages',
    'tensorzero::function_name::f',
    { version: '2023-06-01', beta: 'context-1m' },
  ],
  ['another provider', '/v1/messages', 'other', { version: undefined, beta: undefined }],
  [
    'a count of tokens',
    '/v1/messages/count_tokens',
    'claude',
    { version: '2026-10-21', beta: 'context-1m' },
  ],
])('headers of Anthropic’s clients: %s', async (_, path, model, { version, beta }) => {
  await using upstream = await startUpstream(() =>
    reply(400, JSON.stringify({ error: { message: 'no' } })),
  )
  await using gateway = await startGateway(`
${modelOfType('claude', 'anthropic', upstream.base)}
${modelOfType('other', 'openai', upstream.base)}
[functions.f]
type = "chat"
[functions.f.variants.v]
type = "chat_completion"
model = "claude"
temperature = 0.5
`)
  const body = JSON.stringify({ ...asks, model })
  await fetch(gateway.url + path, { method: 'POST', headers, body })
  const [seen] = upstream.requests
  expect(seen?.headers['anthropic-version']).toBe(version)
  expect(seen?.headers['anthropic-beta']).toBe(beta)
})
