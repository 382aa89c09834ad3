import { openaiCompatible } from './openai-compatible.ts'

/** Hyperbolic. Source: docs.hyperbolic.xyz. */
export const hyperbolic = openaiCompatible({
  type: 'hyperbolic',
  title: 'Hyperbolic',
  apiBase: 'https://api.hyperbolic.xyz/v1/',
  credential: 'env::HYPERBOLIC_API_KEY',
  quirks: { maxTokens: 'max_tokens', json: 'none', noTools: true },
})
