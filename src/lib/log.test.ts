import { expect, test } from 'vitest'
import { createLog, type LogOptions } from './log.ts'
import { Secret } from './secret.ts'

function logged(options: Partial<LogOptions>): {
  lines: string[]
  log: ReturnType<typeof createLog>
} {
  const lines: string[] = []
  const log = createLog({
    format: 'pretty',
    level: 'info',
    color: false,
    now: () => Date.parse('2026-06-01T12:00:00.250Z'),
    write: (line) => lines.push(line),
    ...options,
  })
  return { lines, log }
}

test('says nothing below its level', () => {
  const { lines, log } = logged({ level: 'warn' })
  log.debug('a')
  log.info('b')
  log.warn('c')
  log.error('d')
  expect(lines).toEqual(['12:00:00.250 warn  c\n', '12:00:00.250 error d\n'])
})

test('writes fields behind the message', () => {
  const { lines, log } = logged({})
  log.info('started', { port: 3000, host: 'localhost', list: [1], nothing: undefined, none: null })
  expect(lines).toEqual([
    '12:00:00.250 info  started port=3000 host=localhost list=[1] nothing=undefined none=null\n',
  ])
})

test('writes one JSON object a line', () => {
  const { lines, log } = logged({ format: 'json' })
  log.error('failed', { code: 7, cause: 'a\nb' })
  expect(JSON.parse(lines.join(''))).toEqual({
    time: '2026-06-01T12:00:00.250Z',
    level: 'error',
    message: 'failed',
    code: 7,
    cause: 'a\nb',
  })
  expect(lines[0]?.indexOf('\n')).toBe((lines[0]?.length ?? 0) - 1)
})

test('a field cannot take the place of what every line has', () => {
  const { lines, log } = logged({ format: 'json' })
  log.info('true', { message: 'false', level: 'debug' })
  expect(JSON.parse(lines.join(''))).toMatchObject({ message: 'true', level: 'info' })
})

test.each(['pretty', 'json'] as const)('never writes a secret (%s)', (format) => {
  const { lines, log } = logged({ format })
  log.info('key', { secret: new Secret('sk-123'), deep: { secret: new Secret('sk-123') } })
  expect(lines.join('')).not.toContain('sk-123')
  expect(lines.join('')).toContain('redacted')
})

test('a terminal does not obey the words of others, nor can they feign a line', () => {
  const { lines, log } = logged({})
  log.info('hi\u001B[2J\u0007', { word: 'a\u001B]0;x\u0007\u009B1m\r\nb', deep: { x: '\u001B' } })
  // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
  expect(lines.join('')).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/)
  expect(lines.join('').split('\n').slice(1)).toEqual([expect.stringMatching(/^ {4}b/), ''])
})

test.each(['pretty', 'json'] as const)('says what an error is (%s)', (format) => {
  const { lines, log } = logged({ format })
  log.error('failed', { error: new RangeError('too far'), deep: { error: new Error('within') } })
  expect(lines.join('')).toContain('RangeError: too far')
  expect(lines.join('')).toContain('Error: within')
})

test('colours its own words when asked', () => {
  const { lines, log } = logged({ color: true })
  log.warn('hot')
  expect(lines.join('')).toContain('\u001B[33mwarn')
})
