import { expect, test } from 'vitest'
import { startGateway } from './support/gateway.ts'
import { startUpstream } from './support/upstream.ts'

const message = { role: 'assistant', content: 'Hello.' }
const whole = JSON.stringify({ choices: [{ index: 0, message, finish_reason: 'stop' }] })
const chunks = [
  { choices: [{ index: 0, delta: { role: 'assistant', content: 'Hel' } }] },
  { choices: [{ index: 0, delta: { content: 'lo.' }, finish_reason: 'stop' }] },
].map((chunk) => JSON.stringify(chunk))
const events = [...chunks, '[DONE]'].map((data) => `data: ${data}\n\n`).join('')
const lines = [
  { message: { role: 'assistant', content: 'Hel' }, done: false },
  { message: { content: 'lo.' }, done: true, done_reason: 'stop' },
].map((line) => `${JSON.stringify(line)}\n`)

const OPENAI = ['openai', 'api_base'] as const

test.each([
  ['events that are called a text', OPENAI, 'text/plain', events],
  ['events that are called JSON', OPENAI, 'application/json', events],
  ['events that nobody called anything', OPENAI, null, events],
  ['JSON that is called events', OPENAI, 'text/event-stream', whole],
  ['JSON behind a mark of its byte order', OPENAI, 'application/json', `\uFEFF${whole}`],
  ['lines that are called JSON', ['ollama', 'api_base'], 'application/json', lines.join('')],
])('reads %s, in one piece and as a stream', async (_, [type, place], called, body) => {
  const head = `HTTP/1.1 200 OK\r\n${called === null ? '' : `content-type: ${called}\r\n`}`
  await using upstream = await startUpstream(() => [
    { send: `${head}connection: close\r\n\r\n` },
    { send: body },
    { end: true },
  ])
  await using gateway = await startGateway(
    `[models.m]\nrouting = ["p"]\n[models.m.providers.p]\ntype = "${type}"\nmodel_name = "up"\n${place} = "${upstream.base}"\napi_key_location = "none"`,
  )
  const messages = [{ role: 'user', content: 'Hello' }]
  const streamed = await gateway.chat({ model: 'm', messages, stream: true })
  const pieces = [...(await streamed.text()).matchAll(/"content":"([^"]+)"/g)]
  expect(pieces.map(([, piece]) => piece).join('')).toBe('Hello.')
  if (type === 'ollama') return
  const answer = await gateway.chat({ model: 'm', messages })
  expect(await answer.json()).toMatchObject({ choices: [{ message: { content: 'Hello.' } }] })
  const record = await gateway.record(1)
  expect(record.output).toMatchObject([{ type: 'text', text: 'Hello.' }])
})
