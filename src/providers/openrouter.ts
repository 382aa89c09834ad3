import { openaiCompatible } from './openai-compatible.ts'

export const openrouter = openaiCompatible({
  type: 'openrouter',
  apiBase: 'https://openrouter.ai/api/v1/',
  credential: 'env::OPENROUTER_API_KEY',
  // Sends usage in every stream, asked or not.
  quirks: { asksForUsage: false },
})
