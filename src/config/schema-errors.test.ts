import { expect, test } from 'vitest'
import { complaints } from './fakes.ts'

test('F005 an unknown key is named with the one that was meant', async () => {
  const text = `
[gateway]
bind_adress = "0.0.0.0:3000"
`.trim()
  expect(await complaints(text)).toMatchInlineSnapshot(`
    "error unknown key \`bind_adress\` in [gateway]
      --> weir.toml:2:1
       1 | [gateway]
       2 | bind_adress = "0.0.0.0:3000"
         | ^^^^^^^^^^^
         = help: did you mean \`bind_address\`?"
  `)
})

test('an unknown table is named with the one that was meant', async () => {
  const text = `
# nothing here

[gatway]
debug = true
`.trim()
  expect(await complaints(text)).toMatchInlineSnapshot(`
    "error unknown table \`gatway\`
      --> weir.toml:3:2
       1 | # nothing here
       2 |
       3 | [gatway]
         |  ^^^^^^
         = help: did you mean \`gateway\`?"
  `)
})

test('an unknown key with no neighbour lists the keys of a small table', async () => {
  const text = `
[gateway.compat]
xyzzy = 1
`.trim()
  expect(await complaints(text)).toMatchInlineSnapshot(`
    "error unknown key \`xyzzy\` in [gateway.compat]
      --> weir.toml:2:1
       1 | [gateway.compat]
       2 | xyzzy = 1
         | ^^^^^
         = help: known keys: \`done_after_error\`"
  `)
})

test('an unknown key in a dotted key is found', async () => {
  const text = `
gateway.compat.done_after_eror = true
`.trim()
  expect(await complaints(text)).toMatchInlineSnapshot(`
    "error unknown key \`done_after_eror\` in [gateway.compat]
      --> weir.toml:1:16
       1 | gateway.compat.done_after_eror = true
         |                ^^^^^^^^^^^^^^^
         = help: did you mean \`done_after_error\`?"
  `)
})

test('a quoted boolean is told to lose its quotes', async () => {
  const text = `
[gateway]
debug = "True"
`.trim()
  expect(await complaints(text)).toMatchInlineSnapshot(`
    "error \`debug\` must be true or false, found a string
      --> weir.toml:2:9
       1 | [gateway]
       2 | debug = "True"
         |         ^^^^^^
         = help: remove the quotes: debug = true"
  `)
})

test('a fraction where a whole number belongs is refused', async () => {
  const text = `
[gateway]
max_request_bytes = 1.5
`.trim()
  expect(await complaints(text)).toMatchInlineSnapshot(`
    "error \`max_request_bytes\` must be a whole number, found 1.5
      --> weir.toml:2:21
       1 | [gateway]
       2 | max_request_bytes = 1.5
         |                     ^^^"
  `)
})

test('a table where a value belongs is refused', async () => {
  const text = `
[gateway.debug]
x = 1
`.trim()
  expect(await complaints(text)).toMatchInlineSnapshot(`
    "error \`debug\` must be true or false, found a table
      --> weir.toml:1:10
       1 | [gateway.debug]
         |          ^^^^^"
  `)
})

test('a value where a table belongs is refused', async () => {
  const text = `
models = 3
`.trim()
  expect(await complaints(text)).toMatchInlineSnapshot(`
    "error \`models\` must be a table, found a number
      --> weir.toml:1:10
       1 | models = 3
         |          ^"
  `)
})

test('a date where a number belongs is refused', async () => {
  const text = `
[gateway]
max_request_bytes = 2026-01-01
`.trim()
  expect(await complaints(text)).toMatchInlineSnapshot(`
    "error \`max_request_bytes\` must be a number, found a date
      --> weir.toml:2:21
       1 | [gateway]
       2 | max_request_bytes = 2026-01-01
         |                     ^^^^^^^^^^"
  `)
})

test('a choice is checked, and the nearest offered', async () => {
  const text = `
[gateway]
on_client_disconnect = "cancle"
`.trim()
  expect(await complaints(text)).toMatchInlineSnapshot(`
    "error \`on_client_disconnect\` must be "cancel" or "drain", found "cancle"
      --> weir.toml:2:24
       1 | [gateway]
       2 | on_client_disconnect = "cancle"
         |                        ^^^^^^^^
         = help: did you mean "cancel"?"
  `)
})

test('a number below its bound is refused', async () => {
  const text = `
[gateway]
max_request_bytes = 0
`.trim()
  expect(await complaints(text)).toMatchInlineSnapshot(`
    "error \`max_request_bytes\` must be at least 1
      --> weir.toml:2:21
       1 | [gateway]
       2 | max_request_bytes = 0
         |                     ^"
  `)
})

test('an address must be an address', async () => {
  const text = `
[gateway]
bind_address = "3000"
base_path = "weir"
`.trim()
  expect(await complaints(text)).toMatchInlineSnapshot(`
    "error \`bind_address\` must be \`address:port\`, like \`127.0.0.1:3000\`
      --> weir.toml:2:16
       1 | [gateway]
       2 | bind_address = "3000"
         |                ^^^^^^
    error \`base_path\` must start with \`/\`
      --> weir.toml:3:13
       1 | [gateway]
       2 | bind_address = "3000"
       3 | base_path = "weir"
         |             ^^^^^^"
  `)
})

test('histogram bounds must grow', async () => {
  const text = `
[gateway.metrics]
tensorzero_inference_latency_overhead_seconds_buckets = [0.1, 0.1]
`.trim()
  expect(await complaints(text)).toMatchInlineSnapshot(`
    "warning \`gateway.metrics\` is accepted, but this version does not use it yet
      --> weir.toml:1:10
       1 | [gateway.metrics]
         |          ^^^^^^^
    error \`tensorzero_inference_latency_overhead_seconds_buckets\` must grow from one number to the next
      --> weir.toml:2:57
       1 | [gateway.metrics]
       2 | tensorzero_inference_latency_overhead_seconds_buckets = [0.1, 0.1]
         |                                                         ^^^^^^^^^^"
  `)
})
