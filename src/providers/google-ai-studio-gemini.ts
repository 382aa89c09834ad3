import { z } from 'zod'
import { gemini, geminiCountTokens } from './gemini.ts'
import { geminiEmbeddings } from './gemini-embeddings.ts'
import type { Provider } from './provider.ts'

/** Google's Gemini API. Source: ai.google.dev/api. */
export const googleAiStudioGemini: Provider = {
  type: 'google_ai_studio_gemini',
  title: 'Google AI Studio Gemini',
  wires: { chat: gemini, embeddings: geminiEmbeddings, count_tokens: geminiCountTokens },
  quirks: {},
  auth: { type: 'header', name: 'x-goog-api-key' },
  fields: z.object({
    model_name: z.string().min(1).describe("The model's name at the provider."),
  }),
  shorthand: true,
  apiBase: 'https://generativelanguage.googleapis.com/v1beta/',
  credential: 'env::GOOGLE_AI_STUDIO_API_KEY',
}
