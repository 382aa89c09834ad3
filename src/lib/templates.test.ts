import { expect, test } from 'vitest'
import type { JsonObject } from './json.ts'
import { TemplateCompiler, TemplateError } from './templates.ts'

const render = (source: string, args: JsonObject = {}) =>
  new TemplateCompiler().compile(source)(args)

test.each<[string, string, JsonObject, string]>([
  ['whole numbers', '{{ a }} {{ b }}', { a: 5, b: -3 }, '5 -3'],
  ['fractions', '{{ a }}', { a: 0.5 }, '0.5'],
  ['whole numbers too great to be exact', '{{ a }}', { a: 2 ** 60 }, '1152921504606846976'],
  ['… and inside of others', '{{ a.b[0] }}', { a: { b: [2 ** 60] } }, '1152921504606846976'],
  ['nothing', '{{ a }}', { a: null }, 'none'],
  ['text as it is', '{{ a }}', { a: '<b> & "c"' }, '<b> & "c"'],
  [
    'JSON, safe inside of HTML',
    '{{ a | tojson }}',
    { a: { b: '<&>', c: [1] } },
    String.raw`{"b":"\u003c\u0026\u003e","c":[1]}`,
  ],
  ['one line break less at the end', 'a\n\n', {}, 'a\n'],
  ['loops', '{% for x in xs %}{{ loop.index }}{{ x }};{% endfor %}', { xs: ['a', 'b'] }, '1a;2b;'],
])('renders %s', (_, source, args, expected) => {
  expect(render(source, args)).toBe(expected)
})

test.each([
  ['what is not given', 'a\n{{ b }}', 'undefined value in line 2'],
  ['what a value does not have', '{{ a.b }}', 'undefined value in line 1'],
  ['a test of what is not given', '{% if b %}{% endif %}', 'undefined value in line 1'],
  [
    'a template that is not there',
    '{% include "x" %}',
    'template not found: tried to include non-existing template "x" in line 1',
  ],
  [
    'work without end',
    '{% for i in range(9999) %}{% for j in range(9999) %}{{ i }}{% endfor %}{% endfor %}',
    'engine ran out of fuel in line 1',
  ],
])('fails for %s', (_, source, message) => {
  expect(() => render(source, { a: {} })).toThrow(new TemplateError(message))
})

test('a template that is none fails when it is compiled', () => {
  expect(() => new TemplateCompiler().compile('a\n{% if')).toThrow(
    new TemplateError('syntax error: unexpected end of input, expected expression in line 2'),
  )
})

test('included files know the variables, and nothing in them is escaped', () => {
  const files = new Map([
    ['page.html', '<{{ a }}>\n'],
    ['macros.txt', '{% macro bold(x) %}*{{ x }}*{% endmacro %}'],
  ])
  const compiler = new TemplateCompiler(files)
  const source = '{% import "macros.txt" as m %}{% include "page.html" %} {{ m.bold(a) }}'
  expect(compiler.compile(source)({ a: '&' })).toBe('<&> *&*')
})

test('a file that is no template says its name', () => {
  const compiler = new TemplateCompiler(new Map([['a (b.txt', '\n{% if']]))
  expect(() => compiler.compile('x')).toThrow(
    new TemplateError(
      'a (b.txt: syntax error: unexpected end of input, expected expression in line 2',
    ),
  )
})

test.each([
  ['a template with too long an expression', `{{ a${' | upper'.repeat(100_000)} }}`, 1],
  [
    'too deep a value',
    '{{ a }}',
    Array.from({ length: 50_000 }).reduce<JsonObject>((a) => ({ a }), {}),
  ],
])('%s breaks nothing else', (_, source, a) => {
  const compiler = new TemplateCompiler()
  const before = compiler.compile('{{ a }}!')
  const tooMuch = () => compiler.compile(source)({ a })
  expect(tooMuch).toThrow(new TemplateError('it is too deep or too large'))
  expect(before({ a: 1 })).toBe('1!')
  expect(compiler.compile('{{ a }}?')({ a: 2 })).toBe('2?')
})
