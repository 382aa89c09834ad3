import { encodeGenerate } from './gemini/encode.ts'
import { readGeminiError } from './gemini/errors.ts'
import { withOwnThoughts } from './gemini/own-thoughts.ts'
import { GeminiDecoder, readGenerated } from './gemini/read.ts'
import { countingWire } from './count-tokens.ts'
import type { ChatWire, WireTarget } from './provider.ts'

/** Google's generateContent. Source: Gemini API reference, "Generating content". */
export const gemini: ChatWire = {
  name: 'gemini',
  path: (target) => `${modelPath(target)}:${methodOf(target)}`,
  namesModel: false,
  endMarks: [],
  encode: encodeGenerate,
  parts: readGenerated,
  decoder: () => new GeminiDecoder(),
  error: readGeminiError,
  tidied: withOwnThoughts,
}

export function methodOf({ stream }: Pick<WireTarget, 'stream'>): string {
  return stream ? 'streamGenerateContent?alt=sse' : 'generateContent'
}

/** `models/…`; a name may say itself that it is one of another kind (`tunedModels/…`). */
export function modelPath({ model }: Pick<WireTarget, 'model'>): string {
  const escaped = model.split('/').map(encodeURIComponent).join('/')
  return /^(models|tunedModels)\//.test(model) ? escaped : `models/${escaped}`
}

/** Source: Gemini API reference, "Counting tokens". */
export const geminiCountTokens = countingWire(
  {
    name: 'gemini_count_tokens',
    path: (target) => `${modelPath(target)}:countTokens`,
    namesModel: false,
    error: readGeminiError,
    tidied: withOwnThoughts,
  },
  'totalTokens',
)
