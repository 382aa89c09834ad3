import { describe, expect, test } from 'vitest'
import type { Part } from '../src/domain/chat.ts'
import { Collector } from '../src/domain/collect.ts'
import { totalInput, totalOutput } from '../src/domain/usage.ts'
import { frameReader, readFrames } from '../src/lib/frames.ts'
import {
  asArray,
  asNumber,
  asObject,
  asString,
  type JsonObject,
  objectsIn,
  parseJson,
} from '../src/lib/json.ts'
import { cohereChat } from '../src/providers/cohere-chat.ts'
import { cohereEmbeddings } from '../src/providers/cohere-embeddings.ts'
import { ollamaChat } from '../src/providers/ollama-chat.ts'
import * as operations from '../src/providers/openai-operations.ts'
import type { Wire } from '../src/providers/provider.ts'
import { type Recording, recordingsOf } from './support/recordings.ts'

const OPERATIONS: readonly (readonly [string, Wire, readonly string[]])[] = [
  [
    'embeddings',
    operations.openaiEmbeddings,
    [
      'azure',
      'doubleword',
      'llamacpp',
      'mistral',
      'openai',
      'openrouter',
      'perplexity',
      'venice',
      'vllm',
      'voyage',
    ],
  ],
  ['embeddings', cohereEmbeddings, ['cohere']],
  ['rerank', operations.rerank, ['cohere', 'llamacpp', 'openrouter']],
  [
    'completions',
    operations.openaiCompletions,
    ['huggingface', 'mistral', 'openai', 'together', 'vllm', 'writer'],
  ],
  ['moderations', operations.openaiModerations, ['mistral', 'openai']],
]

function partsOf(wire: Wire, { response_kind: kind, response_text: text }: Recording): Part[] {
  if (kind !== 'sse' && kind !== 'ndjson') return wire.parts(asObject(parseJson(text)) ?? {})
  const decoder = wire.decoder()
  const parts = readFrames(kind, Buffer.from(text)).flatMap((event) => decoder.push(event))
  expect(decoder.done).toBe(true)
  return parts
}

function answerOf(parts: readonly Part[]) {
  const collector = new Collector()
  for (const part of parts) collector.add(part)
  return collector.answer()
}

/** The JSON of each event, or of the whole answer. */
function bodiesOf({ response_text: text, response_kind: kind }: Recording): JsonObject[] {
  const texts =
    kind === 'json' ? [text] : text.split('\n').map((line) => line.replace(/^data: /, ''))
  return objectsIn(texts.map((each) => parseJson(each) ?? null))
}

function strings(values: readonly unknown[]): string {
  return values.filter((value) => typeof value === 'string').join('')
}

function read(answer: ReturnType<typeof answerOf>) {
  const { content, usage, finishRaw } = answer
  return {
    text: strings(content.map((block) => (block.type === 'text' ? block.text : ''))),
    thoughts: strings(content.map((block) => (block.type === 'thought' ? block.text : ''))),
    calls: content.flatMap((block) =>
      block.type === 'tool_call' ? [[block.id, block.name, parseJson(block.arguments)]] : [],
    ),
    input: usage && totalInput(usage),
    output: usage && totalOutput(usage),
    finishRaw,
  }
}

function failsAsSaid(wire: Wire, { response_text: text }: Recording): void {
  const error = wire.error(parseJson(text))
  expect(error?.message).not.toBe('')
  expect(text).toContain(JSON.stringify(error?.message).slice(1, 20))
}

describe('ollama', () => {
  test.each(
    recordingsOf('ollama', 'ollama_chat').map((recording) => [recording.id, recording] as const),
  )('%s', (_, recording) => {
    if (recording.status !== 200) return failsAsSaid(ollamaChat, recording)
    const bodies = bodiesOf(recording)
    const messages = bodies.map((body) => asObject(body['message']) ?? {})
    const end = bodies.at(-1) ?? {}
    expect(read(answerOf(partsOf(ollamaChat, recording)))).toEqual({
      text: strings(messages.map((message) => message['content'])),
      thoughts: strings(messages.map((message) => message['thinking'])),
      calls: messages
        .flatMap((message) => objectsIn(message['tool_calls']))
        .map((call) => [
          call['id'],
          asObject(call['function'])?.['name'],
          asObject(call['function'])?.['arguments'],
        ]),
      input: end['prompt_eval_count'],
      output: end['eval_count'],
      finishRaw: end['done_reason'],
    })
  })
})

describe('cohere', () => {
  const spoken = recordingsOf('cohere', 'cohere_chat').filter(
    ({ response_text: text }) =>
      // The first version of the API, which is not spoken.
      !/"(?:response_id|event_type)":/.test(text),
  )
  test.each(spoken.map((recording) => [recording.id, recording] as const))('%s', (_, recording) => {
    if (recording.status !== 200) return failsAsSaid(cohereChat, recording)
    const bodies = bodiesOf(recording)
    const ends = [...bodies, ...bodies.map((body) => asObject(body['delta']) ?? {})]
    const usage = asObject(ends.find((end) => end['usage'])?.['usage']) ?? {}
    const tokens = asObject(usage['tokens']) ?? {}
    const messages = ends.map((end) => asObject(end['message']) ?? {})
    const pieces = messages.flatMap(({ content }) =>
      objectsIn(Array.isArray(content) ? content : [content ?? null]),
    )
    const plans = strings(messages.map((message) => message['tool_plan']))
    const answer = answerOf(partsOf(cohereChat, recording))
    expect(read(answer)).toMatchObject({
      text: strings(pieces.map((piece) => piece['text'])),
      thoughts: strings(pieces.map((piece) => piece['thinking'])) + plans,
      input: asNumber(tokens['input_tokens']) ?? null,
      output: asNumber(tokens['output_tokens']) ?? null,
      finishRaw: ends.map((end) => asString(end['finish_reason'])).find(Boolean),
    })
    const ids =
      recording.response_text.match(/"id":"\w+","type":"function"|"id":"\w+_\w+","function"/g) ?? []
    expect(read(answer).calls.length).toBeGreaterThanOrEqual(ids.length)
    const cited = messages.flatMap(({ citations }) =>
      objectsIn(Array.isArray(citations) ? citations : [citations ?? null]),
    )
    const citations = answer.content.flatMap((block) =>
      block.type === 'text' ? (block.citations ?? []) : [],
    )
    expect(citations.map(({ raw }) => raw)).toEqual(cited)
    const text = read(answer).text
    for (const { startIndex, endIndex, raw } of citations) {
      expect(text.slice(startIndex, endIndex)).toBe(raw['text'])
    }
  })
})

describe('a stream cut anywhere is the same stream', () => {
  const streams = [
    ...recordingsOf('ollama', 'ollama_chat').map((recording) => [recording, ollamaChat] as const),
    ...recordingsOf('cohere', 'cohere_chat').map((recording) => [recording, cohereChat] as const),
  ].filter(([{ response_kind: kind }]) => kind === 'sse' || kind === 'ndjson')
  test.each(streams.map(([recording, wire]) => [recording.id, recording, wire] as const))(
    '%s',
    (_, recording, wire) => {
      const { response_kind: kind, response_text: text } = recording
      if (kind !== 'sse' && kind !== 'ndjson') return
      const bytes = Buffer.from(text).subarray(-2500)
      const cutAt = (cut: number) => {
        const reader = frameReader(kind)
        const decoder = wire.decoder()
        const events = [
          ...reader.push(bytes.subarray(0, cut)),
          ...reader.push(bytes.subarray(cut)),
          ...reader.end(),
        ]
        return JSON.stringify(events.flatMap((event) => decoder.push(event)))
      }
      const whole = cutAt(0)
      for (let cut = 1; cut < bytes.length; cut++) if (cutAt(cut) !== whole) expect(cut).toBe(0)
    },
  )
})

describe.each(OPERATIONS)('%s', (api, wire, names) => {
  const recordings = names.flatMap((name) => recordingsOf(name, api))
  test.each(recordings.map((recording) => [recording.id, recording] as const))(
    '%s',
    (_, recording) => {
      if (recording.status !== 200) return failsAsSaid(wire, recording)
      const bodies = bodiesOf(recording)
      for (const body of bodies) expect(wire.error(body)).toBeNull()
      const parts = partsOf(wire, recording)
      const answer = answerOf(parts)
      const usage = asObject(bodies.findLast((body) => body['usage'])?.['usage'])
      expect(answer.usage && totalInput(answer.usage)).toBe(
        asNumber(usage?.['prompt_tokens']) ?? (answer.usage && totalInput(answer.usage)),
      )
      const items = bodies.flatMap((body) => asArray(body['data']))
      const vectors = parts.filter((part) => part.type === 'embedding')
      if (items.length > 0) expect(vectors).toHaveLength(items.length)
      for (const { vector } of vectors) expect(vector.length).toBeGreaterThan(32)
      const choices = bodies
        .flatMap((body) => objectsIn(body['choices']))
        .filter((choice) => (choice['index'] ?? 0) === 0)
      const texts = choices.map((choice) => {
        const message = asObject(choice['message']) ?? asObject(choice['delta'])
        return choice['text'] ?? message?.['content']
      })
      expect(read(answer).text).toBe(strings(texts))
    },
  )
})
