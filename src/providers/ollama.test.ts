import { expect, test } from 'vitest'
import { ollama } from './ollama.ts'
import { wiresOf } from './provider.ts'

function addressOf(api: 'native' | 'openai', base: string): string | undefined {
  const options = ollama.fields.parse({ model_name: 'm', api })
  const { chat } = wiresOf(ollama, options)
  if (!chat) return undefined
  return ollama.url?.({ base, wire: chat, model: 'm', stream: false, options, settings: {} })
}

test.each(['http://localhost:11434/', 'http://localhost:11434/api/', 'http://localhost:11434/v1/'])(
  'finds both APIs from the address %s',
  (base) => {
    expect(addressOf('native', base)).toBe('http://localhost:11434/api/chat')
    expect(addressOf('openai', base)).toBe('http://localhost:11434/v1/chat/completions')
  },
)

test('embeddings go by way of the API that is like OpenAI’s', () => {
  const { embeddings } = wiresOf(ollama, {})
  expect(embeddings?.path({ model: 'm', stream: false, options: {} })).toBe('v1/embeddings')
})
