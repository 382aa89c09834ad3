import { expect, test } from 'vitest'
import { complaints } from './fakes.ts'

test('a quoted number is told to lose its quotes', async () => {
  const text = `
[models.m]
routing = ["p"]

[models.m.providers.p]
type = "nearby"
model_name = "x"
api_base = "http://localhost:1"
temperature = "0.2"
`.trim()
  expect(await complaints(text)).toMatchInlineSnapshot(`
    "error \`temperature\` must be a number, found a string
      --> weir.toml:8:15
       6 | model_name = "x"
       7 | api_base = "http://localhost:1"
       8 | temperature = "0.2"
         |               ^^^^^
         = help: remove the quotes: temperature = 0.2"
  `)
})

test('a number where a string belongs is told to wear quotes', async () => {
  const text = `
[models.m]
routing = ["p"]

[models.m.providers.p]
type = "acme"
model_name = 5
`.trim()
  expect(await complaints(text)).toMatchInlineSnapshot(`
    "error \`model_name\` must be a string, found a number
      --> weir.toml:6:14
       4 | [models.m.providers.p]
       5 | type = "acme"
       6 | model_name = 5
         |              ^
         = help: put it in quotes: model_name = "5""
  `)
})

test('a string where a list belongs is told to be a list', async () => {
  const text = `
[models.m]
routing = "p"

[models.m.providers.p]
type = "acme"
model_name = "x"
`.trim()
  expect(await complaints(text)).toMatchInlineSnapshot(`
    "error \`routing\` must be a list, found a string
      --> weir.toml:2:11
       1 | [models.m]
       2 | routing = "p"
         |           ^^^
         = help: put it in a list: routing = ["p"]"
  `)
})

test('a number above its bound is refused', async () => {
  const text = `
[models.m]
routing = ["p"]

[models.m.providers.p]
type = "nearby"
model_name = "x"
api_base = "http://localhost:1"
temperature = 3
`.trim()
  expect(await complaints(text)).toMatchInlineSnapshot(`
    "error \`temperature\` must be at most 2
      --> weir.toml:8:15
       6 | model_name = "x"
       7 | api_base = "http://localhost:1"
       8 | temperature = 3
         |               ^"
  `)
})

test('a base address must be http', async () => {
  const text = `
[models.m]
routing = ["p"]

[models.m.providers.p]
type = "acme"
model_name = "x"
api_base = "localhost:8000/v1"
`.trim()
  expect(await complaints(text)).toMatchInlineSnapshot(`
    "error \`api_base\` must be an http:// or https:// address
      --> weir.toml:7:12
       5 | type = "acme"
       6 | model_name = "x"
       7 | api_base = "localhost:8000/v1"
         |            ^^^^^^^^^^^^^^^^^^^"
  `)
})

test('a missing key points at its table', async () => {
  const text = `
[models.m]
providers = {}
`.trim()
  expect(await complaints(text)).toMatchInlineSnapshot(`
    "error missing key \`routing\` in [models.m]
      --> weir.toml:1:9
       1 | [models.m]
         |         ^"
  `)
})

test('a missing type points at the provider', async () => {
  const text = `
[models.m]
routing = ["p"]

[models.m.providers.p]
model_name = "x"
`.trim()
  expect(await complaints(text)).toMatchInlineSnapshot(`
    "error missing key \`type\` in [models.m.providers.p]
      --> weir.toml:4:21
       2 | routing = ["p"]
       3 |
       4 | [models.m.providers.p]
         |                     ^"
  `)
})

test('an unknown type offers the nearest, and the rest is still checked', async () => {
  const text = `
[models.m]
routing = ["p"]

[models.m.providers.p]
type = "acmee"
model_name = "x"
model_nam = "x"
`.trim()
  expect(await complaints(text)).toMatchInlineSnapshot(`
    "error unknown type "acmee" in [models.m.providers.p]
      --> weir.toml:5:8
       4 | [models.m.providers.p]
       5 | type = "acmee"
         |        ^^^^^^^
         = help: did you mean \`acme\`?
    error unknown key \`model_nam\` in [models.m.providers.p]
      --> weir.toml:7:1
       5 | type = "acmee"
       6 | model_name = "x"
       7 | model_nam = "x"
         | ^^^^^^^^^
         = help: did you mean \`model_name\`?"
  `)
})

test('an unknown type far from all of them lists the types', async () => {
  const text = `
[models.m]
routing = ["p"]

[models.m.providers.p]
type = "qwertyuiop"
model_name = "x"
`.trim()
  expect(await complaints(text)).toMatchInlineSnapshot(`
    "error unknown type "qwertyuiop" in [models.m.providers.p]
      --> weir.toml:5:8
       4 | [models.m.providers.p]
       5 | type = "qwertyuiop"
         |        ^^^^^^^^^^^^
         = help: known types: \`acme\`, \`nearby\`, \`stage\`"
  `)
})

test('a key of another type is unknown here', async () => {
  const text = `
[models.m]
routing = ["p"]

[models.m.providers.p]
type = "acme"
model_name = "x"
format = "fancy"
`.trim()
  expect(await complaints(text)).toMatchInlineSnapshot(`
    "error unknown key \`format\` in [models.m.providers.p]
      --> weir.toml:7:1
       5 | type = "acme"
       6 | model_name = "x"
       7 | format = "fancy"
         | ^^^^^^
         = help: known keys: \`type\`, \`api_base\`, \`api_key_location\`, \`credential_location\`, \`timeouts\`, \`extra_body\`, \`extra_headers\`, \`cost\`, \`batch_cost\`, \`discard_unknown_chunks\`, \`model_name\`"
  `)
})

test('F037 a cost has one rate and one kind of pointer', async () => {
  const text = `
[models.m]
routing = ["p"]

[models.m.providers.p]
type = "acme"
model_name = "x"
cost = [
  { pointer = "/usage/a", cost_per_million = 1, cost_per_unit = 1 },
  { pointer = "/usage/a", pointer_streaming = "/usage/b", cost_per_unit = 1 },
  { pointer = "usage", cost_per_unit = 1 },
]
`.trim()
  expect(await complaints(text)).toMatchInlineSnapshot(`
    "error \`cost[0]\` needs exactly one of \`cost_per_million\` and \`cost_per_unit\`
      --> weir.toml:8:3
       6 | model_name = "x"
       7 | cost = [
       8 |   { pointer = "/usage/a", cost_per_million = 1, cost_per_unit = 1 },
         |   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
    error \`cost[1]\` needs either \`pointer\`, or both \`pointer_nonstreaming\` and \`pointer_streaming\`
      --> weir.toml:9:3
       7 | cost = [
       8 |   { pointer = "/usage/a", cost_per_million = 1, cost_per_unit = 1 },
       9 |   { pointer = "/usage/a", pointer_streaming = "/usage/b", cost_per_unit = 1 },
         |   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
    error \`pointer\` must be a JSON pointer, like \`/usage/prompt_tokens\`
      --> weir.toml:10:15
       8 |   { pointer = "/usage/a", cost_per_million = 1, cost_per_unit = 1 },
       9 |   { pointer = "/usage/a", pointer_streaming = "/usage/b", cost_per_unit = 1 },
      10 |   { pointer = "usage", cost_per_unit = 1 },
         |               ^^^^^^^"
  `)
})

test('F033 F034 a change to a body or a header has a value or deletes', async () => {
  const text = `
[models.m]
routing = ["p"]

[models.m.providers.p]
type = "acme"
model_name = "x"
extra_body = [{ pointer = "/a" }, { pointer = "", value = 1 }]
extra_headers = [{ name = "x y", value = "1" }, { name = "a", delete = false }]
`.trim()
  expect(await complaints(text)).toMatchInlineSnapshot(`
    "error \`extra_body[0]\` needs either \`value\` or \`delete = true\`
      --> weir.toml:7:15
       5 | type = "acme"
       6 | model_name = "x"
       7 | extra_body = [{ pointer = "/a" }, { pointer = "", value = 1 }]
         |               ^^^^^^^^^^^^^^^^^^
    error \`pointer\` must not be empty
      --> weir.toml:7:47
       5 | type = "acme"
       6 | model_name = "x"
       7 | extra_body = [{ pointer = "/a" }, { pointer = "", value = 1 }]
         |                                               ^^
    error \`name\` must be the name of an HTTP header
      --> weir.toml:8:27
       6 | model_name = "x"
       7 | extra_body = [{ pointer = "/a" }, { pointer = "", value = 1 }]
       8 | extra_headers = [{ name = "x y", value = "1" }, { name = "a", delete = false }]
         |                           ^^^^^
    error \`delete\` must be true, found \`false\`
      --> weir.toml:8:72
       6 | model_name = "x"
       7 | extra_body = [{ pointer = "/a" }, { pointer = "", value = 1 }]
       8 | extra_headers = [{ name = "x y", value = "1" }, { name = "a", delete = false }]
         |                                                                        ^^^^^"
  `)
})

test('every mistake is told at once, in the order of the file', async () => {
  const text = `
[gateway]
debug = "yes"
base_pth = "/"

[models.m]
routing = ["a", "b"]

[models.m.providers.a]
type = "acme"
model_name = 1

[models.m.providers.c]
type = "nearby"
model_name = "x"
`.trim()
  expect(await complaints(text)).toMatchInlineSnapshot(`
    "error \`debug\` must be true or false, found a string
      --> weir.toml:2:9
       1 | [gateway]
       2 | debug = "yes"
         |         ^^^^^
    error unknown key \`base_pth\` in [gateway]
      --> weir.toml:3:1
       1 | [gateway]
       2 | debug = "yes"
       3 | base_pth = "/"
         | ^^^^^^^^
         = help: did you mean \`base_path\`?
    error \`routing\` names the provider \`b\`, which [models.m] does not have
      --> weir.toml:6:17
       5 | [models.m]
       6 | routing = ["a", "b"]
         |                 ^^^
         = help: its providers: \`a\`, \`c\`
    error \`model_name\` must be a string, found a number
      --> weir.toml:10:14
       8 | [models.m.providers.a]
       9 | type = "acme"
      10 | model_name = 1
         |              ^
         = help: put it in quotes: model_name = "1""
  `)
})
