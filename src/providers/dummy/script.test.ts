import { readFileSync } from 'node:fs'
import { parse } from 'smol-toml'
import { expect, test } from 'vitest'
import type { JsonObject } from '../../lib/json.ts'
import { openaiChat } from '../openai-chat.ts'
import {
  bodyOf,
  joined,
  NOTHING_ELSE,
  streamPartsOf,
  textOf,
} from '../scripted/fixtures/read-script.ts'
import { Scenario } from './scenario.ts'
import { dummyScript } from './script.ts'

const GUIDE = readFileSync(new URL('../../../docs/dummy.md', import.meta.url), 'utf8')
const EXAMPLE = parse(/```toml\n(# scenario\.toml\n[^]*?)```/.exec(GUIDE)?.[1] ?? '')

test('the example in the guide is a valid scenario', () => {
  expect(Object.keys(Scenario.parse(EXAMPLE).models)).toHaveLength(8)
})

test('a text comes word by word after its delays', () => {
  const { steps } = play('greeter', { stream: true })
  expect(steps.slice(0, 3).map((step) => step.afterMs)).toEqual([50, 5, 5])
  expect(joined(streamPartsOf(play('greeter', { stream: true })).parts, 'text')).toBe(
    'Hello from the scenario.',
  )
  expect(joined(openaiChat.parts(bodyOf(play('greeter'))), 'text')).toBe('Hello from the scenario.')
})

test('parts come one by one: thoughts, texts and fragments of tool calls', () => {
  const options = { stream: true, stream_options: { include_usage: true } }
  const { parts, done } = streamPartsOf(play('weather', options))
  expect(done).toBe(true)
  expect(parts.filter((part) => part.type !== 'raw')).toMatchObject([
    { type: 'reasoning', text: 'They want the weather.', signature: 'sig-1' },
    { type: 'text', text: 'Let me look. ' },
    { type: 'text', text: 'One moment.' },
    { type: 'tool_call', index: 0, name: 'get_weather' },
    { type: 'tool_arguments', index: 0, text: '{"city":' },
    { type: 'tool_arguments', index: 0, text: '"Graz"}' },
    { type: 'finish', reason: 'tool_call' },
    { type: 'usage', usage: { input: 12, output: 9 } },
  ])
  expect(play('weather', options).steps[3]?.afterMs).toBe(200)
})

test('an error before the answer has its status, headers and body', () => {
  const script = play('busy', { stream: true })
  expect(script).toMatchObject({ status: 429, headers: { 'retry-after': '2' } })
  expect(openaiChat.error(bodyOf(script))?.message).toBe('Slow down.')
})

test('a web page is sent as it is', () => {
  const script = play('web_page')
  expect(script).toMatchObject({ status: 502, headers: { 'content-type': 'text/html' } })
  expect(textOf(script)).toBe('<h1>Bad gateway</h1>')
})

test('an error inside a stream ends it', () => {
  const { parts, done } = streamPartsOf(play('error_inside', { stream: true }))
  expect(done).toBe(false)
  expect(parts.at(-1)).toMatchObject({ type: 'error', error: { status: 502 } })
  const whole = play('error_inside')
  expect(whole.status).toBe(200)
  expect(openaiChat.error(bodyOf(whole))?.message).toBe('The engine broke.')
})

test.each([
  ['cut', 'cut'],
  ['silent', 'stall'],
])('%s breaks off', (model, how) => {
  expect(play(model, { stream: true }).steps.at(-1)?.do).toBe(how)
  expect(play(model).steps.map((step) => step.do)).toEqual(['send', how])
})

test('a sequence gives each call the next answer and stays at the last', () => {
  const statuses = [0, 1, 2, 3].map((call) => play('recovers', {}, call).status)
  expect(statuses).toEqual([500, 500, 200, 200])
})

test('usage can be left out', () => {
  const scenario = { models: { quiet: { text: 'Hi', usage: false } } }
  const options = { stream: true, stream_options: { include_usage: true } }
  expect(textOf(play('quiet', options, 0, scenario))).not.toContain('completion_tokens')
})

test.each([
  ['nobody', EXAMPLE, 404, 'The scenario has no model `nobody`. It has greeter,'],
  ['x', { models: { x: { text: 'a', parts: [] } } }, 500, 'give only one of text, parts and http'],
  ['x', { models: { x: { parts: [{ text: 'a', cut: true }] } } }, 500, 'The scenario is not valid'],
  ['x', 'scenario.toml', 500, 'The scenario is not valid'],
])('says what is wrong: %s', (model, scenario, status, message) => {
  const script = play(model, {}, 0, scenario)
  expect(script.status).toBe(status)
  expect(textOf(script)).toContain(message)
})

test.each([
  ['good', 'text', /heron/],
  ['any-other-name', 'text', /heron/],
  ['echo', 'text', /^Hi$/],
  ['json', 'text', /^{"answer":"Hello"}$/],
  ['reasoner', 'reasoning', /^hmmm$/],
  ['tool', 'tool_arguments', /^{"location":"Brooklyn","units":"celsius"}$/],
  ['invalid_tool_arguments', 'tool_arguments', /^Not valid/],
] as const)('without a scenario, %s answers as it does at TensorZero', (model, type, expected) => {
  const script = playBuiltIn(model)
  expect(joined(openaiChat.parts(bodyOf(script)), type)).toMatch(expected)
})

test('without a scenario, error fails and flaky fails at every second call', () => {
  expect(playBuiltIn('error').status).toBe(500)
  const statuses = [0, 1, 2, 3].map((call) => playBuiltIn('flaky_model', call).status)
  expect(statuses).toEqual([200, 500, 200, 500])
  expect(playBuiltIn('slow').steps[0]?.afterMs).toBe(5000)
})

test.each([
  ['empty', ''],
  ['null', null],
])('%s has the content %j', (model, content) => {
  expect(bodyOf(playBuiltIn(model))['choices']).toMatchObject([{ message: { content } }])
})

function play(model: string, extra: JsonObject = {}, call = 0, scenario: unknown = EXAMPLE) {
  const body = { model, messages: [{ role: 'user', content: 'Hi' }], ...extra }
  return dummyScript({
    model,
    body,
    operation: 'chat',
    earlierAttempts: 0,
    call,
    options: { scenario },
    ...NOTHING_ELSE,
  })
}

function playBuiltIn(model: string, call = 0) {
  const body = { model, messages: [{ role: 'user', content: 'Hi' }] }
  return dummyScript({
    model,
    body,
    operation: 'chat',
    earlierAttempts: 0,
    call,
    options: {},
    ...NOTHING_ELSE,
  })
}

test('a scenario may say something else in streams, and lacks no name of TensorZero’s', () => {
  const scenario = { models: { mine: { text: 'whole', streamed: { text: 'streamed' } } } }
  expect(textOf(play('mine', {}, 0, scenario))).toContain('whole')
  expect(textOf(play('mine', { stream: true }, 0, scenario))).toContain('streamed')
  expect(textOf(play('json', {}, 0, scenario))).toContain('Hello')
})
