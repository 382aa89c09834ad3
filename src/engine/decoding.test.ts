import { expect, test } from 'vitest'
import { openaiChat } from '../providers/openai-chat.ts'
import { Decoding } from './decoding.ts'

const decoding = () => new Decoding(openaiChat.decoder())
const event = (choice: object) =>
  `data: ${JSON.stringify({ choices: [{ index: 0, ...choice }] })}\n\n`
const textEvent = (content: string) => event({ delta: { content } })
const FINISH = event({ delta: {}, finish_reason: 'stop' })

test('gives the parts of each event apart', () => {
  const read = decoding().push(Buffer.from(`${textEvent('a')}: ping\n\n${textEvent('b')}`))
  expect(read).toEqual([[{ type: 'text', text: 'a' }], [{ type: 'text', text: 'b' }]])
})

test('reads the same however the bytes are cut', () => {
  const bytes = Buffer.from(textEvent('日本') + FINISH + 'data: [DONE]\n\n')
  const cut = decoding()
  const parts = [...bytes].flatMap((byte) => cut.push(Buffer.from([byte]))).flat()
  expect(parts).toEqual(decoding().push(bytes).flat())
  expect(cut.done).toBe(true)
})

test.each<[string, string, boolean, boolean]>([
  ['content', textEvent('a'), false, false],
  ['a finish reason', textEvent('a') + FINISH, true, false],
  ['an end mark', 'data: [DONE]\n\n', true, true],
  ['an end mark without its blank line', 'data: [DONE]', true, true],
])('after %s the stream is finished or not', (_, text, finished, done) => {
  const reading = decoding()
  reading.push(Buffer.from(text))
  reading.end()
  expect({ finished: reading.finished, done: reading.done }).toEqual({ finished, done })
})

test('reads a last event that lacks its blank line', () => {
  const reading = decoding()
  expect(reading.push(Buffer.from(textEvent('a').trimEnd()))).toEqual([])
  expect(reading.end()).toEqual([[{ type: 'text', text: 'a' }]])
})
