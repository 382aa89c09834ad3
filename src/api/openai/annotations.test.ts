import { expect, test } from 'vitest'
import type { Citation } from '../../domain/chat.ts'
import { asObject, type JsonObject, objectsIn, parseJson } from '../../lib/json.ts'
import { readEvents } from '../../lib/sse.ts'
import { readCompletion } from '../../providers/openai-chat/read.ts'
import { envelope } from '../fixtures/envelope.ts'
import { annotationOf, citationOf } from './annotations.ts'
import { encodeCompletion } from './encode.ts'
import { ChunkEncoder } from './encode-stream.ts'

const raw = {
  type: 'container_file_citation',
  container_id: 'cntr_1',
  file_id: 'cfile_1',
  filename: 'plot.png',
  start_index: 4,
  end_index: 9,
}

test('a file that is cited in Responses is told whole, and comes back', () => {
  const citation: Citation = { title: 'plot.png', raw, wire: 'openai_responses' }
  const annotation = annotationOf(citation, 0)
  expect(annotation).toMatchObject({
    type: 'url_citation',
    url_citation: { url: '', title: 'plot.png' },
    container_file_citation: raw,
  })
  expect(citationOf(annotation)).toEqual([{ raw, wire: 'openai_responses' }])
})

test('a page is told as a page, and read as one', () => {
  const page = { type: 'url_citation', url: 'https://a.example', title: 'A' }
  const citation: Citation = { url: page.url, title: 'A', raw: page, wire: 'openai_responses' }
  const url_citation = { url: page.url, title: 'A', start_index: 0, end_index: 0 }
  expect(annotationOf(citation, 0)).toEqual({ type: 'url_citation', url_citation })
  expect(citationOf({ type: 'url_citation', url_citation })).toMatchObject([
    { url: page.url, title: 'A', wire: 'openai_chat' },
  ])
})

const cited = { type: 'url_citation', url_citation: { url: 'https://a.example', title: 'A' } }
const other = { type: 'file', file: { name: 'a.pdf' } }

test.each<[string, JsonObject, unknown]>([
  ['beside others', { annotations: [cited, other] }, [cited, other]],
  ['beside none', { annotations: null }, undefined],
  ['alone', { annotations: [cited] }, [cited]],
])('a page that is cited %s is told, whole and streamed', (_, said, expected) => {
  const own = { ...envelope, wire: 'openai_chat' } as const
  const message = { content: 'Yes.', ...said }
  const parts = readCompletion({ choices: [{ index: 0, message, finish_reason: 'stop' }] })
  const [whole] = objectsIn(encodeCompletion(own, parts)['choices'])
  expect(asObject(whole?.['message'])?.['annotations'] ?? undefined).toEqual(expected)
  const [event] = readEvents(Buffer.from(new ChunkEncoder(own, true).encode(parts)))
  const [choice] = objectsIn(asObject(parseJson(event?.data ?? ''))?.['choices'])
  expect(asObject(choice?.['delta'])?.['annotations'] ?? undefined).toEqual(expected)
})

test.each([null, []])('pages beside the answer are told though its annotations are %j', (none) => {
  const own = { ...envelope, wire: 'openai_chat' } as const
  const message = { content: 'Yes.', annotations: none }
  const choices = [{ index: 0, message, finish_reason: 'stop' }]
  const parts = readCompletion({ citations: ['https://a.example'], choices })
  const [choice] = objectsIn(encodeCompletion(own, parts)['choices'])
  expect(asObject(choice?.['message'])?.['annotations']).toMatchObject([
    { url_citation: { url: 'https://a.example' } },
  ])
})
