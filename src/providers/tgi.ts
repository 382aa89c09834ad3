import { z } from 'zod'
import { openaiCompatible } from './openai-compatible.ts'

/** Hugging Face's Text Generation Inference: one model a server, so its name says nothing. */
export const tgi = openaiCompatible({
  type: 'tgi',
  title: 'TGI',
  credential: 'none',
  fields: { model_name: z.string().min(1).default('tgi').describe('Any name will do.') },
  quirks: { maxTokens: 'max_tokens', json: 'none' },
})
