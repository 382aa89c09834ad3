import { expect, test } from 'vitest'
import { GatewayError } from '../../domain/errors.ts'
import type { Json } from '../../lib/json.ts'
import { readExtensions } from './extensions.ts'

const UUID = '01890a5d-ac96-774b-bcce-b302099a8057'

test('a request without own keys is not changed', () => {
  expect(readExtensions({ model: 'm', messages: [] })).toEqual({
    cleaned: null,
    whole: null,
    episodeId: null,
    tags: {},
    credentials: new Map(),
    extraBody: [],
    extraHeaders: [],
    cache: null,
    dryrun: false,
    warnings: [],
  })
})

test('reads every key, and null for none', () => {
  const extraBody = [
    { pointer: '/a', value: { b: [1, null] } },
    { pointer: '/c', delete: true },
  ]
  const extraHeaders = [
    { name: 'X-A', value: '1' },
    { name: 'X-B', delete: true },
  ]
  const read = readExtensions({
    model: 'm',
    'tensorzero::episode_id': UUID,
    'tensorzero::tags': { a: 'b', '': 'empty' },
    'tensorzero::extra_body': extraBody,
    'tensorzero::extra_headers': extraHeaders,
    'tensorzero::dryrun': true,
    'tensorzero::credentials': null,
  })
  const expected = {
    cleaned: { model: 'm' },
    episodeId: UUID,
    extraBody,
    extraHeaders,
    dryrun: true,
  }
  expect(read).toMatchObject({ ...expected, tags: { a: 'b', '': 'empty' } })
})

test.each([
  [{ variant_name: 'v' }, { variantName: 'v' }],
  [{ model_name: 'm' }, { modelName: 'm' }],
  [
    { model_name: 'm', provider_name: 'p' },
    { modelName: 'm', providerName: 'p' },
  ],
  [
    { model_provider_name: 'tensorzero::model_name::openai::m::provider_name::p' },
    { modelName: 'openai::m', providerName: 'p' },
  ],
])('reads for whom a change is: %j', (written, filter) => {
  const read = readExtensions({
    'tensorzero::extra_body': [{ pointer: '/a', value: 1, ...written }],
    'tensorzero::extra_headers': [{ name: 'a', delete: true, ...written }],
  })
  expect(read.extraBody).toEqual([{ pointer: '/a', value: 1, ...filter }])
  expect(read.extraHeaders).toEqual([{ name: 'a', delete: true, ...filter }])
})

test.each<[string, string, Json]>([
  ['an episode that is no UUID', 'tensorzero::episode_id', 'x'],
  [
    'an episode of another version',
    'tensorzero::episode_id',
    '01890a5d-ac96-474b-bcce-b302099a8057',
  ],
  ['tags that are no texts', 'tensorzero::tags', { a: 1 }],
  ['tags that are a list', 'tensorzero::tags', ['a']],
  ['tags of our own', 'tensorzero::tags', { 'tensorzero::a': 'b' }],
  ['a key with a line break', 'tensorzero::credentials', { a: 'x\r\ny' }],
  ['an endless key', 'tensorzero::credentials', { a: 'x'.repeat(8193) }],
  [
    'a patch that does two things',
    'tensorzero::extra_body',
    [{ pointer: '/a', value: 1, delete: true }],
  ],
  ['a patch that does nothing', 'tensorzero::extra_body', [{ pointer: '/a' }]],
  ['a patch that undeletes', 'tensorzero::extra_body', [{ pointer: '/a', delete: false }]],
  [
    'a patch for a model and a variant',
    'tensorzero::extra_body',
    [{ pointer: '/a', value: 1, model_name: 'm', variant_name: 'v' }],
  ],
  [
    'a patch for a provider of no model',
    'tensorzero::extra_headers',
    [{ name: 'a', delete: true, provider_name: 'p' }],
  ],
  [
    'a patch for half a provider',
    'tensorzero::extra_body',
    [{ pointer: '/a', value: 1, model_provider_name: 'p' }],
  ],
  ['patches that are no list', 'tensorzero::extra_body', { pointer: '/a', value: 1 }],
  ['a header that is a number', 'tensorzero::extra_headers', [{ name: 'a', value: 1 }]],
  ['a dryrun that is a text', 'tensorzero::dryrun', 'true'],
])('refuses %s, and names the key', (_, key, value) => {
  let error: unknown
  try {
    readExtensions({ [key]: value })
  } catch (thrown) {
    error = thrown
  }
  expect(error).toBeInstanceOf(GatewayError)
  expect(error).toMatchObject({ status: 400, context: { param: expect.stringMatching(`^${key}`) } })
})

test('a secret does not print, nor stand in an error', () => {
  const { credentials } = readExtensions({ 'tensorzero::credentials': { a: 'sk-123' } })
  expect(JSON.stringify([...credentials])).not.toContain('sk-123')
  const bad = { 'tensorzero::credentials': { a: 'sk-123\n' } }
  expect(() => readExtensions(bad)).toThrow(/^(?!.*sk-123)/s)
})

test('keys this version does not use are named, and taken out', () => {
  const read = readExtensions({ model: 'm', 'tensorzero::x': 1, 'tensorzero::y': null })
  expect(read.cleaned).toEqual({ model: 'm' })
  expect(read.warnings).toHaveLength(2)
})

test('what only its provider can read is kept for it, and from all others', () => {
  const unknown = { type: 'unknown', data: { a: 1 } }
  const said = { role: 'assistant', content: 'Yes.' }
  const { cleaned, whole } = readExtensions({
    messages: [{ ...said, tensorzero_extra_content: [unknown, { type: 'thought', text: null }] }],
  })
  expect(cleaned).toEqual({ messages: [said] })
  expect(whole).toEqual({ messages: [{ ...said, tensorzero_extra_content: [unknown] }] })
})
