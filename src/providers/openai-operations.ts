import { CompletionDecoder, readCompletion } from './openai-operations/completions.ts'
import { encodeEmbeddings, readEmbeddings } from './openai-operations/embeddings.ts'
import { ImageDecoder, readImages } from './openai-operations/images.ts'
import { readPlain } from './openai-operations/plain.ts'
import { SpeechDecoder } from './openai-operations/speech.ts'
import { readTranscription, TranscriptionDecoder } from './openai-operations/transcription.ts'
import { readError } from './openai-chat/errors.ts'
import type { EmbeddingWire, Wire, Wires } from './provider.ts'

const END_MARKS = ['data: [DONE]', 'data:[DONE]']

/** What all have in common that never stream. */
const PLAIN = {
  namesModel: true,
  endMarks: [],
  parts: readPlain,
  decoder: () => ({ done: false, push: () => [] }),
  error: readError,
} as const

/** Source: OpenAI API reference, "Create embeddings". */
export const openaiEmbeddings: EmbeddingWire = {
  ...PLAIN,
  name: 'openai_embeddings',
  path: () => 'embeddings',
  encode: encodeEmbeddings,
  parts: (body) => readEmbeddings(body),
}

/** Source: OpenAI API reference, "Create completion". */
export const openaiCompletions: Wire = {
  ...PLAIN,
  name: 'openai_completions',
  path: () => 'completions',
  usageOption: true,
  endMarks: END_MARKS,
  parts: readCompletion,
  decoder: () => new CompletionDecoder(),
}

/** Source: OpenAI API reference, "Create moderation". */
export const openaiModerations: Wire = {
  ...PLAIN,
  name: 'openai_moderations',
  path: () => 'moderations',
}

/** Source: OpenAI API reference, "Create image" and "Image streaming". */
export const openaiImages: Wire = {
  ...PLAIN,
  name: 'openai_images',
  path: () => 'images/generations',
  parts: readImages,
  decoder: () => new ImageDecoder(),
}

/** Source: OpenAI API reference, "Create image edit". */
export const openaiImageEdits: Wire = {
  ...openaiImages,
  name: 'openai_image_edits',
  path: () => 'images/edits',
}

/** Source: OpenAI API reference, "Create image variation". */
export const openaiImageVariations: Wire = {
  ...openaiImages,
  name: 'openai_image_variations',
  path: () => 'images/variations',
}

/** Source: OpenAI API reference, "Create speech". */
export const openaiSpeech: Wire = {
  ...PLAIN,
  name: 'openai_speech',
  path: () => 'audio/speech',
  binary: true,
  decoder: () => new SpeechDecoder(),
}

/** Source: OpenAI API reference, "Create transcription". Asked for text, it answers with text. */
export const openaiTranscription: Wire = {
  ...PLAIN,
  name: 'openai_transcription',
  path: () => 'audio/transcriptions',
  binary: true,
  endMarks: END_MARKS,
  parts: readTranscription,
  decoder: () => new TranscriptionDecoder(),
}

/** Source: OpenAI API reference, "Create translation". */
export const openaiTranslation: Wire = {
  ...openaiTranscription,
  name: 'openai_translation',
  path: () => 'audio/translations',
}

/** The way of Cohere, which Jina, llama.cpp, vLLM, Voyage and OpenRouter follow more or less. */
export const rerank: Wire = {
  ...PLAIN,
  name: 'rerank',
  path: () => 'rerank',
}

/** What most servers of OpenAI's kind do beside conversations. */
export const textOperations = {
  embeddings: openaiEmbeddings,
  completions: openaiCompletions,
  rerank,
} as const satisfies Wires

/** Of OpenAI's kind, what has to do with sound. */
export const audioOperations = {
  speech: openaiSpeech,
  transcription: openaiTranscription,
  translation: openaiTranslation,
} as const satisfies Wires

/** What OpenAI does beside conversations. */
export const openaiOperations: Wires = {
  embeddings: openaiEmbeddings,
  completions: openaiCompletions,
  moderations: openaiModerations,
  images: openaiImages,
  image_edits: openaiImageEdits,
  image_variations: openaiImageVariations,
  ...audioOperations,
}
