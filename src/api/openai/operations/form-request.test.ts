import { expect, test } from 'vitest'
import type { Ask } from '../../../engine/ask.ts'
import { APP, errorOf, requestOf } from './fixtures/request.ts'
import { readFormRequest } from './form-request.ts'

const FACTS = {
  dialect: 'openai.transcription',
  operation: 'transcription',
  wire: 'openai_transcription',
} as const
const AUDIO = Buffer.from([0, 255, 13, 10, 45, 45, 128])

async function ask(fields: readonly (readonly [string, string])[]): Promise<Ask> {
  return readFormRequest(await formRequest(fields), APP, FACTS)
}

/** As a browser or an SDK writes it. */
async function formRequest(fields: readonly (readonly [string, string])[]) {
  const form = new FormData()
  form.append('file', new Blob([AUDIO], { type: 'audio/mpeg' }), 'a.mp3')
  for (const [name, value] of fields) form.append(name, value)
  const response = new Response(form)
  const type = response.headers.get('content-type') ?? ''
  return requestOf(Buffer.from(await response.arrayBuffer()), { 'content-type': type })
}

test('reads a form, and sends it on with another model and the same file', async () => {
  const read = await ask([
    ['model', 'tensorzero::model_name::mine'],
    ['stream', 'true'],
    ['timestamp_granularities[]', 'word'],
    ['timestamp_granularities[]', 'segment'],
    ['tensorzero::tags', '{"a":"b"}'],
  ])
  const json = {
    file: { filename: 'a.mp3', content_type: 'audio/mpeg', bytes: AUDIO.length },
    model: 'tensorzero::model_name::mine',
    stream: 'true',
    'timestamp_granularities[]': ['word', 'segment'],
  }
  expect(read).toMatchObject({
    dialect: 'openai.transcription',
    operation: 'transcription',
    model: 'mine',
    relay: true,
    stream: true,
    tags: { a: 'b' },
    json,
  })
  expect(JSON.parse(read.body.toString())).toEqual(json)
  const sent = new Response(new Uint8Array(read.rename?.('whisper-1') ?? []), {
    headers: { 'content-type': read.contentType ?? '' },
  })
  const form = await sent.formData()
  expect([...form.keys()]).toEqual([
    'file',
    'model',
    'stream',
    'timestamp_granularities[]',
    'timestamp_granularities[]',
  ])
  expect(form.get('model')).toBe('whisper-1')
  const file = form.get('file')
  expect(file instanceof Blob && Buffer.from(await file.arrayBuffer())).toEqual(AUDIO)
})

test('says what is wrong', async () => {
  const twice = await formRequest([
    ['model', 'a'],
    ['model', 'b'],
  ])
  expect(errorOf(() => readFormRequest(twice, APP, FACTS)).message).toContain('`model` twice')
  const none = await formRequest([])
  expect(errorOf(() => readFormRequest(none, APP, FACTS)).message).toContain('`one`, `two`')
  const json = requestOf({ model: 'm' }, { 'content-type': 'application/json' })
  expect(errorOf(() => readFormRequest(json, APP, FACTS)).status).toBe(415)
})

test('says that a form cannot be patched', async () => {
  const patch = JSON.stringify([{ pointer: '/a', value: 1 }])
  const { warnings } = await ask([
    ['model', 'm'],
    ['tensorzero::extra_body', patch],
  ])
  expect(warnings).toEqual(['`tensorzero::extra_body` cannot change a form'])
})
