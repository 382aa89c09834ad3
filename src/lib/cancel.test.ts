import { expect, test } from 'vitest'
import { Cancellation } from './cancel.ts'

test('tells each listener once, with the first reason', () => {
  const cancellation = new Cancellation()
  const heard: string[] = []
  cancellation.listen(({ message }) => heard.push(`a ${message}`))
  cancellation.listen(({ message }) => heard.push(`b ${message}`))
  cancellation.cancel(new Error('first'))
  cancellation.cancel(new Error('second'))
  expect(heard).toEqual(['a first', 'b first'])
  expect(cancellation.reason?.message).toBe('first')
})

test('tells those at once who listen too late', () => {
  const cancellation = new Cancellation()
  cancellation.cancel(new Error('gone'))
  const heard: string[] = []
  cancellation.listen(({ message }) => heard.push(message))()
  expect(heard).toEqual(['gone'])
})

test('does not tell those who stopped listening', () => {
  const cancellation = new Cancellation()
  const heard: string[] = []
  const stop = cancellation.listen(() => heard.push('left'))
  cancellation.listen(() => heard.push('stayed'))
  stop()
  stop()
  cancellation.cancel(new Error('gone'))
  expect(heard).toEqual(['stayed'])
})

test('a listener may stop another while all are told', () => {
  const cancellation = new Cancellation()
  const heard: string[] = []
  cancellation.listen(() => stop())
  const stop = cancellation.listen(() => heard.push('second'))
  cancellation.cancel(new Error('gone'))
  expect(heard).toEqual([])
})
