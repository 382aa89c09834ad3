import { expect, test } from 'vitest'
import { drawFrame } from './frame.ts'
import { formatProblem } from './problems.ts'
import type { Problem } from './problems.ts'

const span = (line: number, column: number, endColumn: number) => ({ line, column, endColumn })

test('the two lines before give the context, but not blank ones at the top', () => {
  const text = 'one\ntwo\n\nfour\nfive'
  expect(drawFrame(text, span(5, 1, 5))).toBe('   4 | four\n   5 | five\n     | ^^^^')
  expect(drawFrame(text, span(1, 2, 3))).toBe('   1 | one\n     |  ^')
})

test('the caret stands below the fault after tabs and wide characters', () => {
  expect(drawFrame('\ta = 1', span(1, 6, 7))).toBe('   1 | \ta = 1\n     | \t    ^')
  expect(drawFrame('"模型🎉" = 1', span(1, 10, 11))).toBe(
    '   1 | "模型🎉" = 1\n     |            ^',
  )
})

test('the gutter grows with the number of the line', () => {
  const text = `${'\n'.repeat(12_344)}x`
  expect(drawFrame(text, span(12_345, 1, 2))).toBe('12345 | x\n      | ^')
})

test('a long line is cut, but not before the fault', () => {
  const drawn = drawFrame(`a = "${'x'.repeat(500)}"\nb = ${' '.repeat(300)}1`, span(2, 305, 306))
  const lengths = drawn.split('\n').map((line) => line.length)
  expect(Math.max(...lengths)).toBeLessThan(370)
  expect(drawn).toContain('…')
  expect(drawn.endsWith('^')).toBe(true)
})

test.each([
  ['api_key_location = "abc123"', 'api_key_location = "******"'],
  ['my_secret="abc"', 'my_secret="***"'],
  ['x = { password = "abc", y = 1 }', 'x = { password = "***", y = 1 }'],
  ['value = "Bearer abc.def"', 'value = "Bearer *******"'],
  ['note = "sk-0123456789"', 'note = "*************"'],
  ['api_key_location = "env::NAME"', 'api_key_location = "env::NAME"'],
  ['api_key_location = "none"', 'api_key_location = "none"'],
])('%s is shown as %s', (line, shown) => {
  expect(drawFrame(line, span(1, 1, 2)).split('\n')[0]).toBe(`   1 | ${shown}`)
})

test('colour is added only when asked for, and changes nothing else', () => {
  const problem: Problem = {
    severity: 'error',
    code: 'unknown_key',
    message: 'unknown key `x`',
    file: 'weir.toml',
    ...span(1, 1, 2),
    frame: drawFrame('x = 1', span(1, 1, 2)),
    help: 'remove it',
  }
  const plain = formatProblem(problem, { color: false })
  const colored = formatProblem(problem, { color: true })
  expect(plain).toBe(
    'error unknown key `x`\n  --> weir.toml:1:1\n   1 | x = 1\n     | ^\n     = help: remove it',
  )
  expect(colored).toContain('\u001B[31m')
  // oxlint-disable-next-line no-control-regex -- colours are control characters
  expect(colored.replaceAll(/\u001B\[\d+m/g, '')).toBe(plain)
})
