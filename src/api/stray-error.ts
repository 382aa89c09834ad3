import type { GatewayError } from '../domain/errors.ts'
import { errorOf } from '../http/serve-raw.ts'
import { anthropicError } from './anthropic/errors.ts'
import { geminiError } from './gemini/errors.ts'

/** Where the dialects are, and how each tells an error: TensorZero's own are plain texts. */
const DIALECTS: readonly (readonly [prefix: string, body: (error: GatewayError) => unknown])[] = [
  ['/anthropic/', (error) => anthropicError(error, undefined)],
  ['/v1/messages', (error) => anthropicError(error, undefined)],
  ['/gemini/', (error) => geminiError(error, undefined)],
  ['/openai/', errorOf],
  ['/v1/', errorOf],
]

/** The body for a request that there is no route for, in the words of those who ask there. */
export function strayError(path: string, error: GatewayError): unknown {
  const [, body] = DIALECTS.find(([prefix]) => path.startsWith(prefix)) ?? []
  return body?.(error) ?? { error: error.message }
}
