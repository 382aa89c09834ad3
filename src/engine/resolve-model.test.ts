import { expect, test } from 'vitest'
import { loadConfig } from '../config/load.ts'
import { providers } from '../providers/index.ts'
import { resolveModel } from './resolve-model.ts'

const toml = `
[models.both]
routing = ["p"]
providers.p = { type = "openai", model_name = "chats" }
[embedding_models.both]
routing = ["p"]
providers.p = { type = "openai", model_name = "embeds" }`

const readFile = () => Promise.resolve(toml)

const PLAIN = { relay: false, dialect: 'openai.chat', verbatim: true }

test('a model for embeddings is found by them alone', async () => {
  const env = { OPENAI_API_KEY: 'k' }
  const { config } = await loadConfig({ sources: ['weir.toml'], env, providers, readFile })
  const upstreamOf = (operation: 'chat' | 'embeddings', model: string) =>
    resolveModel(config, { operation, model, ...PLAIN }).targets[0]?.upstreamModel
  expect(upstreamOf('embeddings', 'both')).toBe('embeds')
  expect(upstreamOf('chat', 'both')).toBe('chats')
  expect(upstreamOf('embeddings', 'openai::small')).toBe('small')
})

test.each([
  [
    'nothing',
    '',
    'There is no model named `x`. Use a configured model or a short name such as `openai::gpt-5`.',
  ],
  [
    'a model',
    toml,
    'There is no model named `x`. Use a configured model or a short name such as `openai::gpt-5`; known here: `both`.',
  ],
])('an unknown model where %s is configured', async (_, text, message) => {
  const load = { sources: ['weir.toml'], env: { OPENAI_API_KEY: 'k' }, providers }
  const { config } = await loadConfig({ ...load, readFile: () => Promise.resolve(text) })
  const resolve = () => resolveModel(config, { operation: 'chat', model: 'x', ...PLAIN })
  expect(resolve).toThrow(expect.objectContaining({ message }))
})
