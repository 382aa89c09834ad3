import { expect, test } from 'vitest'
import { complaints } from './fakes.ts'

test('a string without quotes is told to wear them', async () => {
  expect(await complaints('[gateway]\nbase_path = /weir')).toMatchInlineSnapshot(`
    "error invalid TOML: invalid value
      --> weir.toml:2:13
       1 | [gateway]
       2 | base_path = /weir
         |             ^^^^^
         = help: strings need quotes: base_path = "/weir""
  `)
  expect(await complaints('[models.m]\nrouting = gpt-5 # first')).toMatchInlineSnapshot(`
    "error invalid TOML: invalid value
      --> weir.toml:2:11
       1 | [models.m]
       2 | routing = gpt-5 # first
         |           ^^^^^
         = help: strings need quotes: routing = "gpt-5""
  `)
})

test('a key twice in a file is an error at the second', async () => {
  expect(await complaints('[gateway]\ndebug = true\ndebug = false')).toMatchInlineSnapshot(`
    "error invalid TOML: trying to redefine an already defined table or value
      --> weir.toml:3:1
       1 | [gateway]
       2 | debug = true
       3 | debug = false
         | ^^^^^"
  `)
})

test('a table header without its end is an error', async () => {
  expect(await complaints('[gateway\ndebug = true')).toMatchInlineSnapshot(`
    "error invalid TOML: illegal character in key
      --> weir.toml:1:9
       1 | [gateway
         |         ^"
  `)
})

test('a key that could reach a prototype is refused', async () => {
  expect(await complaints('[models]\n__proto__ = 1')).toMatchInlineSnapshot(`
    "error invalid TOML: document contains an unsafe property
      --> weir.toml:2:1
       1 | [models]
       2 | __proto__ = 1
         | ^^^^^^^^^"
  `)
})

test('every file with a slip in its syntax is named', async () => {
  const texts = { 'a.toml': 'x =', 'b.toml': '[gateway]', 'c.toml': 'y = "open' }
  expect(await complaints(texts)).toMatchInlineSnapshot(`
    "error invalid TOML: invalid value
      --> a.toml:1:4
       1 | x =
         |    ^
    error invalid TOML: unfinished string
      --> c.toml:1:5
       1 | y = "open
         |     ^"
  `)
})

test('tables deeper than anyone writes are refused', async () => {
  const deep = Array.from({ length: 20_000 }, () => 'a').join('.')
  expect(await complaints(`${deep} = 1`)).toContain('nested too deeply')
  expect(await complaints(`a = ${'['.repeat(500)}${']'.repeat(500)}`)).toContain('invalid TOML')
})
