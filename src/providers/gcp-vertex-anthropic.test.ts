import { expect, test } from 'vitest'
import { anthropic } from './anthropic.ts'
import { anthropicCountTokens, anthropicMessages } from './anthropic-messages.ts'
import { gcpVertexAnthropic } from './gcp-vertex-anthropic.ts'

const options = { location: 'us-east5', project_id: 'p', model_id: 'claude-sonnet-4@20250514' }
const place = {
  model: 'claude-sonnet-4@20250514',
  stream: false,
  options,
  wire: anthropicMessages,
  base: '',
  settings: {},
}
const models =
  'https://us-east5-aiplatform.googleapis.com/v1/projects/p/locations/us-east5/publishers/anthropic/models/'

test('F148 the address names the model and whether it streams', () => {
  const { url } = gcpVertexAnthropic
  expect(url?.(place)).toBe(`${models}claude-sonnet-4%4020250514:rawPredict`)
  expect(url?.({ ...place, stream: true })).toMatch(/:streamRawPredict$/)
  expect(url?.({ ...place, wire: anthropicCountTokens })).toBe(`${models}count-tokens:rawPredict`)
  const worldwide = { ...options, location: 'global' }
  expect(url?.({ ...place, options: worldwide })).toMatch(
    /^https:\/\/aiplatform\.googleapis\.com\/v1\/projects\/p\/locations\/global\//,
  )
  expect(url?.({ ...place, base: 'http://own/v1/' })).toMatch(/^http:\/\/own\/v1\/projects\/p\//)
})

test('a short name is a path', () => {
  const { shortOptions } = gcpVertexAnthropic
  const path = 'projects/p/locations/us-east5/publishers/anthropic/models/claude-x'
  expect(shortOptions?.(path)).toEqual({ ...options, model_id: 'claude-x' })
  expect(shortOptions?.('claude-x')).toBeNull()
})

test('the body names no model but where tokens are counted', () => {
  const { adapt } = gcpVertexAnthropic
  const version = { anthropic_version: 'vertex-2023-10-16' }
  expect(adapt?.({ model: 'm', max_tokens: 1 }, place)).toEqual({ ...version, max_tokens: 1 })
  expect(adapt?.({ model: 'm', messages: [] }, place)).toEqual({
    ...version,
    model: 'm',
    messages: [],
  })
})

test('F174 tools of the configuration follow those of the request', () => {
  const search = { type: 'web_search_20250305', name: 'web_search' }
  const target = { ...place, options: { ...options, provider_tools: [search] } }
  const tools = [{ name: 'f' }]
  for (const { adapt } of [anthropic, gcpVertexAnthropic]) {
    expect(adapt?.({ tools }, target)).toMatchObject({ tools: [...tools, search] })
    expect(adapt?.({}, target)).toMatchObject({ tools: [search] })
    expect(adapt?.({}, place)).not.toHaveProperty('tools')
  }
})

test('counted tokens are input', () => {
  const parts = anthropicCountTokens.parts({ input_tokens: 12 })
  expect(parts.find(({ type }) => type === 'usage')).toMatchObject({
    usage: { input: 12, output: null },
  })
})
