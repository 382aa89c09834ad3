import { expect, test } from 'vitest'
import { complaints } from './fakes.ts'

test("routing may only name the model's providers", async () => {
  const text = `
[models.m]
routing = ["q"]

[models.m.providers.p]
type = "acme"
model_name = "x"
`.trim()
  expect(await complaints(text)).toMatchInlineSnapshot(`
    "error \`routing\` names the provider \`q\`, which [models.m] does not have
      --> weir.toml:2:12
       1 | [models.m]
       2 | routing = ["q"]
         |            ^^^
         = help: its providers: \`p\`"
  `)
})

test('routing with a slip offers the provider that was meant', async () => {
  const text = `
[models.m]
routing = ["my_acm"]

[models.m.providers.my_acme]
type = "acme"
model_name = "x"
`.trim()
  expect(await complaints(text)).toMatchInlineSnapshot(`
    "error \`routing\` names the provider \`my_acm\`, which [models.m] does not have
      --> weir.toml:2:12
       1 | [models.m]
       2 | routing = ["my_acm"]
         |            ^^^^^^^^
         = help: did you mean \`my_acme\`?"
  `)
})

test('routing may not name a provider twice', async () => {
  const text = `
[models.m]
routing = ["p", "p"]

[models.m.providers.p]
type = "acme"
model_name = "x"
`.trim()
  expect(await complaints(text)).toMatchInlineSnapshot(`
    "error \`routing\` names the provider \`p\` twice
      --> weir.toml:2:17
       1 | [models.m]
       2 | routing = ["p", "p"]
         |                 ^^^"
  `)
})

test('a provider outside routing is pointed out', async () => {
  const text = `
[models.m]
routing = ["p"]

[models.m.providers.p]
type = "acme"
model_name = "x"
[models.m.providers.q]
type = "acme"
model_name = "x"
`.trim()
  expect(await complaints(text)).toMatchInlineSnapshot(`
    "warning the provider \`q\` is never tried: \`routing\` does not name it
      --> weir.toml:7:21
       5 | type = "acme"
       6 | model_name = "x"
       7 | [models.m.providers.q]
         |                     ^"
  `)
})

test('F007 a model may not take a name that TensorZero reserves', async () => {
  const text = `
[models."tensorzero::m"]
routing = ["p"]

[models."tensorzero::m".providers.p]
type = "acme"
model_name = "x"
`.trim()
  expect(await complaints(text)).toMatchInlineSnapshot(`
    "error the name of a model may not start with \`tensorzero::\`
      --> weir.toml:1:9
       1 | [models."tensorzero::m"]
         |         ^^^^^^^^^^^^^^^
         = help: choose another name; callers use it as \`model\`"
  `)
})

test('a model may not look like a short name', async () => {
  const text = `
[models."acme::m"]
routing = ["p"]

[models."acme::m".providers.p]
type = "acme"
model_name = "x"
`.trim()
  expect(await complaints(text)).toMatchInlineSnapshot(`
    "error the name of a model may not start with \`acme::\`
      --> weir.toml:1:9
       1 | [models."acme::m"]
         |         ^^^^^^^^^
         = help: choose another name; callers use it as \`model\`"
  `)
})

test('a model needs a name', async () => {
  const text = `
[models.""]
routing = ["p"]

[models."".providers.p]
type = "acme"
model_name = "x"
`.trim()
  expect(await complaints(text)).toMatchInlineSnapshot(`
    "error a model needs a name
      --> weir.toml:1:9
       1 | [models.""]
         |         ^^"
  `)
})

test('F035 no timeout may be longer than the global one', async () => {
  const text = `
[gateway]
global_outbound_http_timeout_ms = 1000

[models.m]
routing = ["p"]
timeouts = { non_streaming.total_ms = 2000 }
[models.m.providers.p]
type = "acme"
model_name = "x"
timeouts.streaming.ttft_ms = 3000
`.trim()
  expect(await complaints(text)).toMatchInlineSnapshot(`
    "error \`total_ms\` (2000) is longer than \`gateway.global_outbound_http_timeout_ms\` (1000)
      --> weir.toml:6:39
       4 | [models.m]
       5 | routing = ["p"]
       6 | timeouts = { non_streaming.total_ms = 2000 }
         |                                       ^^^^
         = help: lower it, or raise \`gateway.global_outbound_http_timeout_ms\`
    error \`ttft_ms\` (3000) is longer than \`gateway.global_outbound_http_timeout_ms\` (1000)
      --> weir.toml:10:30
       8 | type = "acme"
       9 | model_name = "x"
      10 | timeouts.streaming.ttft_ms = 3000
         |                              ^^^^
         = help: lower it, or raise \`gateway.global_outbound_http_timeout_ms\`"
  `)
})

test('a wait for the first content that the total cuts short is pointed out', async () => {
  const text = `
[models.m]
routing = ["p"]

[models.m.providers.p]
type = "acme"
model_name = "x"
timeouts.streaming = { ttft_ms = 500, total_ms = 400 }
`.trim()
  expect(await complaints(text)).toMatchInlineSnapshot(`
    "warning \`total_ms\` (400) ends the stream before \`ttft_ms\` (500) could
      --> weir.toml:7:34
       5 | type = "acme"
       6 | model_name = "x"
       7 | timeouts.streaming = { ttft_ms = 500, total_ms = 400 }
         |                                  ^^^"
  `)
})

test('checking keys is refused rather than ignored', async () => {
  const text = `
[gateway]
auth.enabled = true
`.trim()
  expect(await complaints(text)).toMatchInlineSnapshot(`
    "error this version cannot check API keys yet, so it would let everybody in
      --> weir.toml:2:6
       1 | [gateway]
       2 | auth.enabled = true
         |      ^^^^^^^
         = help: remove it, and let only trusted callers reach the gateway"
  `)
})

test('F052 two ways of writing exclude each other', async () => {
  const text = `
[gateway.observability]
async_writes = true
batch_writes = { enabled = true }
`.trim()
  expect(await complaints(text)).toMatchInlineSnapshot(`
    "error \`batch_writes\` and \`async_writes\` cannot both be enabled
      --> weir.toml:3:18
       1 | [gateway.observability]
       2 | async_writes = true
       3 | batch_writes = { enabled = true }
         |                  ^^^^^^^"
  `)
})

test('an old key and its new place exclude each other', async () => {
  const text = `
[gateway.observability]
disable_automatic_migrations = true

[clickhouse]
disable_automatic_migrations = true
`.trim()
  expect(await complaints(text)).toMatchInlineSnapshot(`
    "error \`disable_automatic_migrations\` is set here and in [clickhouse]
      --> weir.toml:2:1
       1 | [gateway.observability]
       2 | disable_automatic_migrations = true
         | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^
         = help: keep the one in [clickhouse]"
  `)
})

test('tables of later versions are kept and said so', async () => {
  const text = `
[clickhouse]

[gateway.export.otlp.traces]
enabled = true

[gateway.cache]
enabled = false
`.trim()
  expect(await complaints(text)).toMatchInlineSnapshot(`
    "warning \`gateway.export\` is accepted, but this version does not use it yet
      --> weir.toml:3:10
       1 | [clickhouse]
       2 |
       3 | [gateway.export.otlp.traces]
         |          ^^^^^^"
  `)
})
