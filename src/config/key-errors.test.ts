import { expect, test } from 'vitest'
import { complaints } from './fakes.ts'

test('a pasted key is refused and not shown', async () => {
  const text = `
[models.m]
routing = ["p"]

[models.m.providers.p]
type = "acme"
model_name = "x"
api_key_location = "sk-live-1234567890"
places = 3
`.trim()
  expect(await complaints(text, { env: { EMPTY_KEY: ' ' } })).toMatchInlineSnapshot(`
    "error \`api_key_location\` must be \`env::NAME\`, \`path::FILE\`, \`path_from_env::NAME\`, \`dynamic::NAME\`, \`sdk\` or \`none\`
      --> weir.toml:7:20
       5 | type = "acme"
       6 | model_name = "x"
       7 | api_key_location = "******************"
         |                    ^^^^^^^^^^^^^^^^^^^^
    error unknown key \`places\` in [models.m.providers.p]
      --> weir.toml:8:1
       6 | model_name = "x"
       7 | api_key_location = "******************"
       8 | places = 3
         | ^^^^^^
         = help: known keys: \`type\`, \`api_base\`, \`api_key_location\`, \`credential_location\`, \`timeouts\`, \`extra_body\`, \`extra_headers\`, \`cost\`, \`batch_cost\`, \`discard_unknown_chunks\`, \`model_name\`"
  `)
})

test('F041 a credential with a fallback is checked inside', async () => {
  const text = `
[models.m]
routing = ["p"]

[models.m.providers.p]
type = "acme"
model_name = "x"
api_key_location = { default = "env::A", falback = "none" }
`.trim()
  expect(await complaints(text, { env: { EMPTY_KEY: ' ' } })).toMatchInlineSnapshot(`
    "error missing key \`fallback\` in [models.m.providers.p.api_key_location]
      --> weir.toml:7:1
       5 | type = "acme"
       6 | model_name = "x"
       7 | api_key_location = { default = "env::A", falback = "none" }
         | ^^^^^^^^^^^^^^^^
    error unknown key \`falback\` in [models.m.providers.p.api_key_location]
      --> weir.toml:7:42
       5 | type = "acme"
       6 | model_name = "x"
       7 | api_key_location = { default = "env::A", falback = "none" }
         |                                          ^^^^^^^
         = help: did you mean \`fallback\`?"
  `)
})

test('a credential of the wrong type says what it may be', async () => {
  const text = `
[models.m]
routing = ["p"]

[models.m.providers.p]
type = "acme"
model_name = "x"
api_key_location = 5
`.trim()
  expect(await complaints(text, { env: { EMPTY_KEY: ' ' } })).toMatchInlineSnapshot(`
    "error \`api_key_location\` must be a string or a table, found a number
      --> weir.toml:7:20
       5 | type = "acme"
       6 | model_name = "x"
       7 | api_key_location = 5
         |                    ^"
  `)
})

test('F040 an absent variable is an error at the provider that needs it', async () => {
  const text = `
[models.m]
routing = ["p"]

[models.m.providers.p]
type = "acme"
model_name = "x"
`.trim()
  expect(await complaints(text, { env: { EMPTY_KEY: ' ' } })).toMatchInlineSnapshot(`
    "error the environment variable ACME_API_KEY is not set
      --> weir.toml:5:8
       4 | [models.m.providers.p]
       5 | type = "acme"
         |        ^^^^^^
         = help: set it, or remove the provider \`p\` from the model \`m\`"
  `)
})

test('an absent variable is an error at the key that names it', async () => {
  const text = `
[models.m]
routing = ["p"]

[models.m.providers.p]
type = "acme"
model_name = "x"
api_key_location = "env::OTHER_KEY"
`.trim()
  expect(await complaints(text, { env: { EMPTY_KEY: ' ' } })).toMatchInlineSnapshot(`
    "error the environment variable OTHER_KEY is not set
      --> weir.toml:7:20
       5 | type = "acme"
       6 | model_name = "x"
       7 | api_key_location = "env::OTHER_KEY"
         |                    ^^^^^^^^^^^^^^^^
         = help: set it, or remove the provider \`p\` from the model \`m\`"
  `)
})

test('an empty variable is as good as none', async () => {
  const text = `
[models.m]
routing = ["p"]

[models.m.providers.p]
type = "acme"
model_name = "x"
api_key_location = "env::EMPTY_KEY"
`.trim()
  expect(await complaints(text, { env: { EMPTY_KEY: ' ' } })).toMatchInlineSnapshot(`
    "error the environment variable EMPTY_KEY is empty
      --> weir.toml:7:20
       5 | type = "acme"
       6 | model_name = "x"
       7 | api_key_location = "env::EMPTY_KEY"
         |                    ^^^^^^^^^^^^^^^^
         = help: set it, or remove the provider \`p\` from the model \`m\`"
  `)
})

test('F040 an absent key file is an error', async () => {
  const text = `
[models.m]
routing = ["p"]

[models.m.providers.p]
type = "acme"
model_name = "x"
api_key_location = "path::/keys/acme"
`.trim()
  expect(await complaints(text, { env: { EMPTY_KEY: ' ' } })).toMatchInlineSnapshot(`
    "error cannot read the key file /keys/acme: there is no such file
      --> weir.toml:7:20
       5 | type = "acme"
       6 | model_name = "x"
       7 | api_key_location = "path::/keys/acme"
         |                    ^^^^^^^^^^^^^^^^^^
         = help: name another location, or remove the provider \`p\` from the model \`m\`"
  `)
})

test('a variable for the path of a key file must be there', async () => {
  const text = `
[models.m]
routing = ["p"]

[models.m.providers.p]
type = "acme"
model_name = "x"
api_key_location = "path_from_env::KEY_FILE"
`.trim()
  expect(await complaints(text, { env: { EMPTY_KEY: ' ' } })).toMatchInlineSnapshot(`
    "error the environment variable KEY_FILE is not set
      --> weir.toml:7:20
       5 | type = "acme"
       6 | model_name = "x"
       7 | api_key_location = "path_from_env::KEY_FILE"
         |                    ^^^^^^^^^^^^^^^^^^^^^^^^^
         = help: set it, or remove the provider \`p\` from the model \`m\`"
  `)
})

test('`sdk` means nothing to a provider with keys', async () => {
  const text = `
[models.m]
routing = ["p"]

[models.m.providers.p]
type = "acme"
model_name = "x"
api_key_location = "sdk"
`.trim()
  expect(await complaints(text, { env: { EMPTY_KEY: ' ' } })).toMatchInlineSnapshot(`
    "error \`sdk\` holds no key for this provider
      --> weir.toml:7:20
       5 | type = "acme"
       6 | model_name = "x"
       7 | api_key_location = "sdk"
         |                    ^^^^^
         = help: name another location, or remove the provider \`p\` from the model \`m\`"
  `)
})

test('a type without an address must be given one', async () => {
  const text = `
[models.m]
routing = ["p"]

[models.m.providers.p]
type = "nearby"
model_name = "x"
`.trim()
  expect(await complaints(text, { env: { EMPTY_KEY: ' ' } })).toMatchInlineSnapshot(`
    "error missing key \`api_base\` in [models.m.providers.p]: the type \`nearby\` has no address of its own
      --> weir.toml:4:21
       2 | routing = ["p"]
       3 |
       4 | [models.m.providers.p]
         |                     ^
         = help: api_base = "http://localhost:8000/v1/""
  `)
})
