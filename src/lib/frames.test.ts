import { expect, test } from 'vitest'
import { framingFrom } from './frames.ts'

test.each([
  ['text/event-stream; charset=utf-8', 'data: {}', 'sse'],
  ['text/event-stream', '', 'sse'],
  ['text/event-stream', ' \n{"error":', null],
  ['text/event-stream', '[{"candidates":', null],
  ['text/plain', 'data: {}', 'sse'],
  ['application/json', 'event: message_start\n', 'sse'],
  [undefined, ': waiting\n\n', 'sse'],
  [undefined, '\uFEFFdata:{}', 'sse'],
  [undefined, '{"data": 1}', null],
  ['text/plain', 'database: none', null],
  ['application/x-ndjson', '{"a":1}', 'ndjson'],
  ['application/vnd.amazon.eventstream', 'data:', 'aws_event_stream'],
])('a body called %s that begins with %j is framed as %s', (type, start, framing) => {
  expect(framingFrom(type, Buffer.from(start))).toBe(framing)
})
