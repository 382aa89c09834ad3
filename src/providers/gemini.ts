import { asNumber, type JsonObject } from '../lib/json.ts'
import { UNKNOWN_USAGE } from '../domain/usage.ts'
import { encodeGenerate } from './gemini/encode.ts'
import { readGeminiError } from './gemini/errors.ts'
import { GeminiDecoder, readGenerated } from './gemini/read.ts'
import type { ChatWire, Wire, WireTarget } from './provider.ts'

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
export const geminiCountTokens: Wire = {
  name: 'gemini_count_tokens',
  path: (target) => `${modelPath(target)}:countTokens`,
  namesModel: false,
  endMarks: [],
  parts: (body: JsonObject) => {
    const input = asNumber(body['totalTokens']) ?? null
    return [
      { type: 'raw', level: 'response', fields: body },
      { type: 'usage', usage: { ...UNKNOWN_USAGE, input }, raw: body },
    ]
  },
  decoder: () => ({ done: false, push: () => [] }),
  error: readGeminiError,
}
