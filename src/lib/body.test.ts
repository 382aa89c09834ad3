import { expect, test } from 'vitest'
import { Body, readAll } from './body.ts'

interface FakeSource {
  readonly body: Body
  readonly calls: string[]
}

function fake(): FakeSource {
  const calls: string[] = []
  const body = new Body({
    pause: () => calls.push('pause'),
    resume: () => calls.push('resume'),
    abort: ({ message }) => calls.push(`abort ${message}`),
  })
  return { body, calls }
}
const tooLarge = () => new Error('too large')

test('each step gives all that came since the last', async () => {
  const { body, calls } = fake()
  body.push(Buffer.from('a'))
  body.push(Buffer.from('b'))
  expect((await body.next())?.map(String)).toEqual(['a', 'b'])
  const waiting = body.next()
  body.push(Buffer.from('c'))
  expect((await waiting)?.map(String)).toEqual(['c'])
  body.end()
  expect([await body.next(), await body.next()]).toEqual([undefined, undefined])
  expect(calls).toEqual([])
})

test('tells its source to wait when more is held than a reader takes, once', async () => {
  const { body, calls } = fake()
  for (let count = 0; count < 4; count++) body.push(Buffer.alloc(40_000))
  expect(calls).toEqual(['pause'])
  await body.next()
  expect(calls).toEqual(['pause', 'resume'])
  body.push(Buffer.alloc(100_000))
  body.end()
  await body.next()
  expect(calls).toEqual(['pause', 'resume', 'pause'])
})

test('what came before an error is read before it', async () => {
  const { body } = fake()
  body.push(Buffer.from('a'))
  body.end(new Error('broken'))
  body.end(new Error('again'))
  expect((await body.next())?.map(String)).toEqual(['a'])
  await expect(body.next()).rejects.toThrow('broken')
  await expect(body.next()).rejects.toThrow('broken')
})

test('an abort stops the source once and wakes the reader', async () => {
  const { body, calls } = fake()
  const waiting = body.next()
  body.abort(new Error('enough'))
  body.abort(new Error('again'))
  body.leave()
  await expect(waiting).rejects.toThrow('enough')
  expect(calls).toEqual(['abort enough'])
})

test('leaving a loop early stops the source, and its end does not', async () => {
  const early = fake()
  early.body.push(Buffer.from('a'))
  for await (const _ of early.body) break
  expect(early.calls).toEqual(['abort The reader left.'])
  const whole = fake()
  whole.body.push(Buffer.from('a'))
  whole.body.end()
  for await (const batch of whole.body) expect(batch.map(String)).toEqual(['a'])
  expect(whole.calls).toEqual([])
})

test('reads all of a body up to its limit', async () => {
  const { body } = fake()
  body.push(Buffer.from('ab'))
  body.push(Buffer.from('cd'))
  body.end()
  expect((await readAll(body, 4, tooLarge)).toString()).toBe('abcd')
})

test('a body beyond its limit is an error, and is not read on', async () => {
  const { body, calls } = fake()
  body.push(Buffer.from('abcde'))
  await expect(readAll(body, 4, tooLarge)).rejects.toThrow('too large')
  expect(calls).toHaveLength(1)
})

test('an empty body is empty', async () => {
  const { body } = fake()
  body.end()
  expect(await readAll(body, 0, tooLarge)).toHaveLength(0)
})
