import OpenAI, { APIError } from 'openai'
import { describe, expect, test } from 'vitest'
import { asObject, asString, type JsonObject, objectsIn } from '../src/lib/json.ts'
import { startGateway, type TestGateway } from './support/gateway.ts'
import {
  eventsOf,
  type Facts,
  factsOf,
  type Recording,
  recordingsOf,
} from './support/recordings.ts'
import { reply, startUpstream, type Step } from './support/upstream.ts'

const recordings = [...recordingsOf('openrouter', 'chat'), ...recordingsOf('openai', 'chat')]

/** Plays a recording as a server would: the same head, the body in pieces that cut anywhere. */
function play(recording: Recording): Step[] {
  const type = recording.response_headers['content-type'] ?? 'application/json'
  if (recording.response_kind !== 'sse') {
    return reply(recording.status, recording.response_text, { 'content-type': type })
  }
  const head = `HTTP/1.1 ${recording.status} OK\r\ncontent-type: ${type}\r\nconnection: close\r\n\r\n`
  return [{ send: head }, ...pieces(recording).map((send) => ({ send })), { end: true }]
}

function pieces({ response_text: text, chunk_sizes: sizes }: Recording): Buffer[] {
  const bytes = Buffer.from(text)
  const cuts: Buffer[] = []
  let at = 0
  for (let number = 0; at < bytes.length; number++) {
    const size = sizes?.[number] ?? 97 + ((number * 61) % 301)
    cuts.push(bytes.subarray(at, at + size))
    at += size
  }
  return cuts
}

type Outcome = { facts: Facts } | { error: APIError }

async function ask(gateway: TestGateway, recording: Recording, model: string): Promise<Outcome> {
  const client = new OpenAI({ baseURL: `${gateway.url}/openai/v1`, apiKey: 'ANY', maxRetries: 0 })
  const request = { ...recording.request, model } as never
  try {
    const raw: JsonObject[] = []
    if (recording.stream) {
      const stream = await client.chat.completions.create(request)
      for await (const chunk of stream as unknown as AsyncIterable<JsonObject>) raw.push(chunk)
    } else {
      raw.push((await client.chat.completions.create(request)) as unknown as JsonObject)
    }
    return { facts: factsOf(raw) }
  } catch (thrown) {
    if (thrown instanceof APIError) return { error: thrown }
    throw thrown
  }
}

function expected(recording: Recording): { bodies: JsonObject[]; error: JsonObject | undefined } {
  const { response_kind: kind, response_text: text } = recording
  const bodies = kind === 'sse' ? eventsOf(text) : [JSON.parse(text) as JsonObject]
  const places = bodies.flatMap((body) => [body, ...objectsIn(body['choices'])])
  const error = places.map((place) => asObject(place['error'])).find(Boolean)
  return { bodies, error }
}

async function replay(recording: Recording, name: 'bare' | 'prefixed') {
  await using upstream = await startUpstream(() => play(recording))
  const type = recording.provider.toUpperCase()
  await using gateway = await startGateway('', {
    [`WEIR_${type}_API_BASE`]: upstream.base,
    [`${type}_API_KEY`]: 'sk-test',
  })
  const short = `${recording.provider}::${recording.model ?? 'some-model'}`
  const model = name === 'bare' ? short : `tensorzero::model_name::${short}`
  const outcome = await ask(gateway, recording, model)
  return { outcome, record: await gateway.record(), sent: upstream.requests }
}

describe.each(['bare', 'prefixed'] as const)('with a %s name', (name) => {
  test.each(recordings.map((recording) => [recording.id, recording] as const))(
    '%s arrives whole',
    async (_, recording) => {
      const { bodies, error } = expected(recording)
      const { outcome, record, sent } = await replay(recording, name)
      if (name === 'prefixed' && isNotTensorZeros(recording.request)) {
        expect(outcome).toMatchObject({ error: { status: 400 } })
        expect(record).toMatchObject({ outcome: 'rejected', attempts: [] })
        expect(sent).toHaveLength(0)
        return
      }
      if (error) {
        expect(outcome).toHaveProperty('error')
        if (!('error' in outcome)) return
        expect(outcome.error.message).toContain(asString(error['message']))
        if (recording.status >= 400) expect(outcome.error.status).toBe(recording.status)
        expect(record.outcome).toBe('upstream_error')
        return
      }
      if ('error' in outcome) throw outcome.error
      const want = factsOf(bodies)
      expectChoices(outcome.facts, want, name)
      expectUsage(recording, outcome.facts, want, name)
      expect(outcome.facts.extra).toMatchObject(want.extra)
      expectRecord(record, want)
    },
  )
})

/** By its full name a model is asked as TensorZero has it: one answer, and no parts it does not know. */
function isNotTensorZeros(request: JsonObject): boolean {
  const parts = objectsIn(request['messages']).flatMap(({ content }) => objectsIn(content))
  return Number(request['n'] ?? 1) > 1 || parts.some(({ type }) => type === 'video_url')
}

function expectChoices(got: Facts, want: Facts, name: 'bare' | 'prefixed'): void {
  for (const [index, choice] of Object.entries(want.choices)) {
    const other = got.choices[Number(index)]
    expect(other).toMatchObject({
      content: name === 'bare' ? choice.content : saidIn(choice),
      reasoning: choice.reasoning,
      refusal: choice.refusal,
      tools: Object.fromEntries(
        Object.entries(choice.tools).map(([place, call]) => [place, named(call)]),
      ),
      extra: choice.extra,
    })
    if (name === 'bare') {
      expect(other?.finish).toBe(choice.finish)
      expect(other?.details).toEqual(choice.details)
    } else {
      expect(JSON.stringify(other?.details)).toContain(lastSignature(choice.details))
    }
  }
}

/** Speech counts as its transcript where nothing was written. */
function saidIn({ content, extra }: Facts['choices'][number]): string {
  const transcript = asString(asObject(extra['audio'])?.['transcript'])
  return content === '' && transcript !== undefined ? transcript : content
}

/** A call without an id is given one, or its result could not name it. */
function named(call: { readonly id: string }): object {
  return call.id === '' ? { ...call, id: expect.any(String) } : call
}

function lastSignature(details: readonly JsonObject[]): string {
  const opaque = details.findLast((detail) => detail['signature'] ?? detail['data'])
  return asString(opaque?.['signature']) ?? asString(opaque?.['data']) ?? ''
}

function expectUsage(
  recording: Recording,
  got: Facts,
  want: Facts,
  name: 'bare' | 'prefixed',
): void {
  const options = recording.request['stream_options'] as { include_usage?: boolean } | undefined
  if (recording.stream && !options?.include_usage && name === 'prefixed') return
  if (!want.usage) return
  if (name === 'bare') expect(got.usage).toEqual(want.usage)
  else {
    const { prompt_tokens, completion_tokens } = want.usage as Record<string, number>
    expect(got.usage).toMatchObject({ prompt_tokens, completion_tokens })
  }
}

function expectRecord(record: Awaited<ReturnType<TestGateway['record']>>, want: Facts): void {
  expect(record.outcome).toBe('ok')
  const choice = want.choices[0]
  const texts = record.output.flatMap((block) => (block.type === 'text' ? [block.text] : []))
  expect(texts.join('')).toBe(choice && saidIn(choice))
  const thoughts = record.output.flatMap((block) => (block.type === 'thought' ? [block.text] : []))
  if (choice?.reasoning) expect(thoughts.join('')).toBe(choice.reasoning)
  const calls = record.output.filter((block) => block.type === 'tool_call')
  expect(calls.map(({ id, name, arguments: args }) => ({ id, name, arguments: args }))).toEqual(
    Object.values(choice?.tools ?? {}).map(named),
  )
  const usage = want.usage as Record<string, number> | null
  if (!usage) return
  const { attempts } = record
  expect(attempts.at(-1)?.usageSource).toBe('provider')
}

test('the recordings are here, or this checkout stands alone', () => {
  expect([0, 106]).toContain(recordings.length)
})
