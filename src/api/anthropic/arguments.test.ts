import { expect, test } from 'vitest'
import type { Part } from '../../domain/chat.ts'
import { Collector } from '../../domain/collect.ts'
import { readEvents } from '../../lib/sse.ts'
import { MessagesDecoder } from '../../providers/anthropic-messages/decoder.ts'
import { envelope } from '../fixtures/envelope.ts'
import { encodeMessage } from './encode.ts'
import { MessagesEncoder } from './encode-stream.ts'

/** What a client makes of a stream in which each part came alone. */
function readBack(parts: readonly Part[]) {
  const encoder = new MessagesEncoder(envelope)
  const text = parts.map((part) => encoder.encode([part])).join('') + encoder.end()
  const decoder = new MessagesDecoder()
  const collector = new Collector()
  const events = readEvents(Buffer.from(text))
  for (const part of events.flatMap((event) => decoder.push(event))) collector.add(part)
  return collector.answer()
}

const call: Part = { type: 'tool_call', index: 0, id: 'c0', name: 'f' }
const input = (text: string): Part => ({ type: 'tool_arguments', index: 0, text })

test('words after the end of a call’s arguments do no harm', () => {
  const finish: Part = { type: 'finish', reason: 'tool_call', raw: 'tool_calls' }
  const junk = '<|im_end|>'
  const said = [call, input(`{"a":1}${junk}`), finish]
  const block = { type: 'tool_use', id: 'c0', name: 'f', input: { input: `{"a":1}${junk}` } }
  expect(encodeMessage(envelope, said)['content']).toEqual([block])
  expect(readBack(said).content).toMatchObject([{ arguments: JSON.stringify(block.input) }])
  // What has been told already is what counts.
  const pieces = [call, input('{"a":'), input(`1}${junk}`), input(junk), finish]
  expect(readBack(pieces).content).toMatchObject([{ arguments: '{"a":1}' }])
})
