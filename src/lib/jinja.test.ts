import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { outlineTemplate } from './jinja.ts'
import { TemplateCompiler, TemplateError } from './templates.ts'

const variables = (source: string) => outlineTemplate(source).variables.join(' ')
const always = (source: string) => [...outlineTemplate(source).always].toSorted().join(' ')

test.each([
  ['plain text', 'no { tags } here, 100 %', ''],
  ['a variable', 'Dear {{ name }},', 'name'],
  ['attributes', '{{ user.name.first }}', 'user.name.first'],
  ['an index', '{{ rows[number].cell }}', 'number rows'],
  ['filters and what they are given', "{{ a | upper | replace('x', b) }}", 'a b'],
  ['tests', '{% if a is defined and b is not divisibleby c %}{% endif %}', 'a b c'],
  ['literals', '{{ true }}{{ none }}{{ False }}{{ 1.5 }}{{ "text" }}', ''],
  ['arguments by name', '{{ call_me(x=y) }}', 'call_me y'],
  ['comparisons', '{{ a == b }}{{ c >= d }}', 'a b c d'],
  ['a choice', '{{ a if b else c }}', 'a b c'],
  ['lists and maps', '{{ [a, {"k": b}] }}', 'a b'],
  ['what the library has', '{% for i in range(3) %}{{ i }}{{ loop.index }}{% endfor %}', ''],
  [
    'a loop over pairs',
    '{% for k, (v, w) in map | items %}{{ k }}{{ v }}{{ w }}{% endfor %}',
    'map',
  ],
  ['a loop with a test', '{% for x in xs if x.ok and y %}{{ x }}{% endfor %}', 'xs y'],
  ['a loop over a choice', '{% for x in (a if b else c) %}{{ x }}{% endfor %}', 'a b c'],
  ['what a loop knew, after it', '{% for x in xs %}{% endfor %}{{ x }}', 'x xs'],
  ['a recursive loop', '{% for x in tree recursive %}{{ loop(x.kids) }}{% endfor %}', 'tree'],
  ['what was set', '{% set a = b %}{{ a }}', 'b'],
  ['several set at once', '{% set a, b = c %}{{ a }}{{ b }}', 'c'],
  ['a block that is set', '{% set a %}{{ b }}{% endset %}{{ a }}', 'b'],
  ['a part that is set', '{% set n = namespace(x=1) %}{% set n.x = y %}{{ n.x }}', 'y'],
  ['with', '{% with a = b, c = a %}{{ c }}{% endwith %}{{ c }}', 'b c'],
  ['a macro', '{% macro m(a, b=c) %}{{ a }}{{ b }}{{ d }}{% endmacro %}{{ m(1) }}', 'c d'],
  [
    'a call',
    '{% macro m() %}{{ caller(1) }}{% endmacro %}{% call(u) m() %}{{ u }}{{ v }}{% endcall %}',
    'v',
  ],
  ['a filter block', '{% filter replace(a, "b") %}{{ c }}{% endfilter %}', 'a c'],
  ['imports', '{% from "m" import a as b, c %}{% import "n" as d %}{{ b }}{{ c }}{{ d.e }}', ''],
  ['comments', '{# {{ a }} #}{{ b }}', 'b'],
  ['raw text', '{% raw %}{{ a }}{% endraw %}{{ b }}', 'b'],
  ['marks inside a string', '{{ "}}" ~ a }}{{ \'%}\' ~ b }}', 'a b'],
  ['white space control', '{%- if a -%}{{- b -}}{%+ endif +%}', 'a b'],
  ['names in other letters', '{{ größe }}', 'größe'],
])('finds the variables of %s', (_, source, expected) => {
  expect(variables(source)).toBe(expected)
})

test.each([
  ['{{ a }}{{ b.c }}', 'a b'],
  ['{{ a | default("x") }}{{ b if c }}{{ d and e }}', ''],
  ['{% if a %}{{ b }}{% elif c %}{{ d }}{% endif %}{{ e }}', 'a e'],
  ['{% for x in xs %}{{ y }}{% endfor %}', 'xs'],
  ['{% if a is defined %}{% endif %}', ''],
  ['{% macro m() %}{{ a }}{% endmacro %}', ''],
])('knows what every rendering of %s needs', (source, expected) => {
  expect(always(source)).toBe(expected)
})

test('finds the templates that are loaded, and where their names are computed', () => {
  const source = `{% include "a.txt" ignore missing %}
{% extends 'b' %}{% include ["c", "d"] %}
{% from name import x %}{% import "e" ~ f as g %}`
  expect(outlineTemplate(source).loads).toEqual([
    { kind: 'include', names: ['a.txt'], line: 1, ignoreMissing: true },
    { kind: 'extends', names: ['b'], line: 2, ignoreMissing: false },
    { kind: 'include', names: ['c', 'd'], line: 2, ignoreMissing: false },
    { kind: 'from import', names: null, line: 3, ignoreMissing: false },
    { kind: 'import', names: null, line: 3, ignoreMissing: false },
  ])
})

test('any text at all has an outline', () => {
  const pieces = fc.constantFrom('{{', '}}', '{%', '%}', '{#', '#}', 'for', ' in ', 'set', '=', '(')
  const text = fc.array(fc.oneof(pieces, fc.string()), { maxLength: 20 })
  fc.assert(
    fc.property(text, (parts) => {
      outlineTemplate(parts.join(''))
    }),
  )
})

const name = fc.constantFrom('a', 'b', 'c', 'x', 'y')
const { expression } = fc.letrec<{ expression: string }>((tie) => ({
  expression: fc.oneof(
    { maxDepth: 3 },
    name,
    fc.constantFrom('1', '"t"', 'true', 'none', '"}}"'),
    fc.tuple(tie('expression'), tie('expression')).map(([one, other]) => `(${one} ~ ${other})`),
    fc.tuple(tie('expression'), name).map(([one, other]) => `${one} | replace("q", ${other})`),
    fc.tuple(tie('expression'), name).map(([one, other]) => `[${one}, {"k": ${other}}]`),
    fc.tuple(name, tie('expression')).map(([one, other]) => `dict(${one}=${other})`),
  ),
}))
const { template } = fc.letrec<{ template: string }>((tie) => ({
  template: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom('text ', '{# {{ z }} #}', '{% raw %}{{ z }}{% endraw %}'),
    expression.map((inner) => `{{ ${inner} }}`),
    fc.tuple(tie('template'), tie('template')).map((both) => both.join('')),
    fc
      .tuple(name, expression, tie('template'))
      .map(([one, items, body]) => `{% for ${one} in [${items}] %}${body}{% endfor %}`),
    fc
      .tuple(name, expression, tie('template'))
      .map(([one, value, body]) => `{% with ${one} = ${value} %}${body}{% endwith %}`),
    fc
      .tuple(name, expression, tie('template'))
      .map(([one, value, body]) => `{% set ${one} = ${value} %}${body}`),
    fc
      .tuple(expression, tie('template'), tie('template'))
      .map(
        ([condition, body, other]) => `{% if ${condition} %}${body}{% else %}${other}{% endif %}`,
      ),
    fc
      .tuple(name, name, expression, tie('template'))
      .map(
        ([macro, arg, value, body]) =>
          `{% macro m_${macro}(${arg}) %}${body}{% endmacro %}{{ m_${macro}(${value}) }}`,
      ),
  ),
}))

test('with its variables given, nothing is undefined; without one that it always needs, it fails', () => {
  fc.assert(
    fc.property(template, (source) => {
      const { variables: needed, always: certain } = outlineTemplate(source)
      const render = new TemplateCompiler().compile(source)
      const args = Object.fromEntries(needed.map((variable) => [variable, 'v']))
      expect(() => render(args)).not.toThrow()
      for (const variable of certain) {
        const { [variable]: _, ...others } = args
        expect(() => render(others)).toThrow(TemplateError)
      }
    }),
    { numRuns: 300 },
  )
})
