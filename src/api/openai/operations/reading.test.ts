import { expect, test } from 'vitest'
import { z } from 'zod'
import type { Part } from '../../../domain/chat.ts'
import { UNKNOWN_USAGE } from '../../../domain/usage.ts'
import type { Ask } from '../../../engine/ask.ts'
import { APP, ENVELOPE, errorOf, requestOf } from './fixtures/request.ts'
import { asItIs } from './answering.ts'
import { completionStream, encodeCompletions } from './completions.ts'
import { type Facts, readPlainRequest } from './reading.ts'
import { operationRoutes } from './routes.ts'

const FACTS: Facts = {
  dialect: 'openai.completions',
  operation: 'completions',
  wire: 'openai_completions',
  gate: z.looseObject({ prompt: z.string() }),
  streams: (json) => json['stream'] === true,
}

function read(body: object): Ask {
  return readPlainRequest(requestOf(body), APP, FACTS)
}

test('whatever its model is called, the answer goes back as it is', () => {
  for (const model of ['m', 'tensorzero::model_name::m']) {
    expect(read({ model, prompt: 'a' })).toMatchObject({
      operation: 'completions',
      requestedModel: model,
      model: 'm',
      relay: true,
      stream: false,
      wantsUsage: true,
    })
  }
})

test('usage in a stream is for those who asked', () => {
  const ask = { model: 'm', prompt: 'a', stream: true }
  expect(read(ask)).toMatchObject({ stream: true, wantsUsage: false })
  expect(read({ ...ask, stream_options: { include_usage: true } }).wantsUsage).toBe(true)
})

test('only providers of the same format take it', () => {
  const target = { model: 'm', stream: false, options: {} }
  const ask = read({ model: 'm', prompt: 'a' })
  expect(
    ask.encodeFor({ wires: {}, quirks: {}, type: 'x', name: 'x', model: 'x' }, target),
  ).toBeNull()
})

test('without a model it says which there are', () => {
  const error = errorOf(() => read({ prompt: 'a' }))
  expect(error).toMatchObject({ status: 400, context: { param: 'model' } })
  expect(error.message).toBe(
    '`model` is missing: it says which provider is to answer. Configured here: `one`, `two`.',
  )
})

test('says what else is missing', () => {
  expect(errorOf(() => read({ model: 'm' })).message).toContain('`prompt` is missing')
})

test('there is a route for each operation, under both prefixes', () => {
  expect(operationRoutes.flatMap(({ paths }) => paths)).toEqual(
    [
      'embeddings',
      'completions',
      'rerank',
      'moderations',
      'images/generations',
      'audio/speech',
      'images/edits',
      'images/variations',
      'audio/transcriptions',
      'audio/translations',
    ].flatMap((name) => [`/openai/v1/${name}`, `/v1/${name}`]),
  )
})

test('what the provider said is put together again', () => {
  const raw = { type: 'raw', level: 'response', fields: { type: 'x.done', n: 1 } } as const
  expect(asItIs.whole(ENVELOPE, [raw])).toEqual({ type: 'x.done', n: 1 })
  expect(asItIs.stream().encode([raw])).toBe('event: x.done\ndata: {"type":"x.done","n":1}\n\n')
})

test('a completion is written whole and in chunks', () => {
  const usage = { ...UNKNOWN_USAGE, input: 1, output: 2 }
  const parts: Part[] = [
    { type: 'text', text: 'a' },
    { type: 'raw', level: 'choice', fields: { logprobs: { tokens: ['a'] } } },
    { type: 'text', text: 'b', choice: 1 },
    { type: 'finish', reason: 'length', raw: 'length' },
    { type: 'usage', usage, raw: {} },
  ]
  const whole = {
    id: 'id',
    object: 'text_completion',
    created: 1,
    model: 'tensorzero::model_name::m',
    choices: [
      { index: 0, text: 'a', logprobs: { tokens: ['a'] }, finish_reason: 'length' },
      { index: 1, text: 'b', logprobs: null, finish_reason: null },
    ],
    usage: { prompt_tokens: 1, completion_tokens: 2, total_tokens: 3, tensorzero_cost: 0.5 },
  }
  expect(encodeCompletions(ENVELOPE, parts)).toEqual(whole)
  const stream = completionStream(ENVELOPE)
  const [, data = ''] = /^data: (.*)\n\n$/.exec(stream.encode(parts)) ?? []
  expect(JSON.parse(data)).toEqual(whole)
  expect(stream.end()).toBe('data: [DONE]\n\n')
})
