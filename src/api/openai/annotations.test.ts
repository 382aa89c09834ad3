import { expect, test } from 'vitest'
import type { Citation } from '../../domain/chat.ts'
import { annotationOf, citationOf } from './annotations.ts'

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
