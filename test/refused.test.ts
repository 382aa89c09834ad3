import { expect, test } from 'vitest'
import { startGateway } from './support/gateway.ts'

const MESSAGES = [{ role: 'user', content: 'Hello' }]
const CHAT = { model: 'demo::echo', messages: MESSAGES }

const ROUTES = [
  ['/openai/v1/chat/completions', 'openai.chat', { model: 'demo::echo' }, CHAT],
  ['/openai/v1/responses', 'openai.responses', { model: 'demo::echo', input: [], stream: 7 }, null],
  ['/openai/v1/embeddings', 'openai.embeddings', { model: 'demo::echo' }, null],
  ['/openai/v1/moderations', 'openai.moderations', { model: 'demo::echo' }, null],
  [
    '/anthropic/v1/messages',
    'anthropic.messages',
    { model: 'demo::echo' },
    { ...CHAT, max_tokens: 100 },
  ],
  ['/anthropic/v1/messages/count_tokens', 'anthropic.count_tokens', { model: 'demo::echo' }, CHAT],
  [
    '/gemini/v1beta/models/demo::echo:generateContent',
    'gemini.generate',
    { contents: 7 },
    { contents: [{ role: 'user', parts: [{ text: 'Hello' }] }] },
  ],
  ['/inference', 'tensorzero.inference', { model_name: 'demo::echo', input: 7 }, null],
] as const

test.each(ROUTES)('%s remembers what it refuses', async (path, dialect, bad, good) => {
  await using gateway = await startGateway('')
  const send = (body: string) =>
    fetch(gateway.url + path, { method: 'POST', headers: JSON_TYPE, body })
  const refused = await send(JSON.stringify(bad))
  expect(refused.status).toBe(400)
  expect(await gateway.record(0)).toMatchObject({
    dialect,
    outcome: 'rejected',
    status: 400,
    error: 'invalid_request',
    requestedModel: 'demo::echo',
    rawRequest: JSON.stringify(bad),
    attempts: [],
  })
  expect((await send('{"model": ')).status).toBe(400)
  expect(await gateway.record(1)).toMatchObject({
    dialect,
    rawRequest: '{"model": ',
  })
  if (!good) return
  expect((await send(JSON.stringify(good))).status).toBe(200)
  expect(await gateway.record(2)).toMatchObject({ dialect, outcome: 'ok' })
})

const JSON_TYPE = { 'content-type': 'application/json' }

test('what is refused keeps no key, and leaves nothing where nothing was to be stored', async () => {
  await using gateway = await startGateway('')
  const keys = { 'tensorzero::credentials': { k: 'sk-secret' } }
  await gateway.chat({ ...CHAT, messages: [], 'tensorzero::dryrun': true })
  await gateway.chat({ ...CHAT, messages: [], ...keys })
  const record = await gateway.record(0)
  expect(record.rawRequest).toContain('"tensorzero::credentials":"[redacted]"')
  await fetch(`${gateway.url}/openai/v1/chat/completions`, {
    method: 'POST',
    headers: JSON_TYPE,
    body: `${JSON.stringify({ ...CHAT, ...keys })} and more`,
  })
  expect((await gateway.record(1)).rawRequest).toBe('')
  expect(JSON.stringify(gateway.records)).not.toContain('sk-secret')
})
