import { anthropicCountTokens, anthropicMessages } from './anthropic-messages.ts'
import { bedrockConverse } from './bedrock-converse.ts'
import { cohereChat } from './cohere-chat.ts'
import { cohereEmbeddings } from './cohere-embeddings.ts'
import { gemini, geminiCountTokens } from './gemini.ts'
import { geminiEmbedContent, geminiEmbeddings } from './gemini-embeddings.ts'
import { ollamaChat } from './ollama-chat.ts'
import { openaiChat } from './openai-chat.ts'
import {
  openaiCompletions,
  openaiEmbeddings,
  openaiImageEdits,
  openaiImages,
  openaiImageVariations,
  openaiModerations,
  openaiSpeech,
  openaiTranscription,
  openaiTranslation,
  rerank,
} from './openai-operations.ts'
import { openaiCountTokens, openaiResponses } from './openai-responses.ts'
import { perplexityEmbeddings } from './perplexity-embeddings.ts'
import type { Wire, WireName } from './provider.ts'
import { tensorzeroInference } from './tensorzero-inference.ts'

const WIRES: Readonly<Record<WireName, Wire>> = {
  openai_chat: openaiChat,
  openai_responses: openaiResponses,
  anthropic_messages: anthropicMessages,
  gemini,
  bedrock_converse: bedrockConverse,
  ollama_chat: ollamaChat,
  cohere_chat: cohereChat,
  openai_embeddings: openaiEmbeddings,
  gemini_embeddings: geminiEmbeddings,
  gemini_embed_content: geminiEmbedContent,
  cohere_embeddings: cohereEmbeddings,
  openai_completions: openaiCompletions,
  rerank,
  openai_moderations: openaiModerations,
  openai_images: openaiImages,
  openai_speech: openaiSpeech,
  openai_transcription: openaiTranscription,
  openai_translation: openaiTranslation,
  openai_image_edits: openaiImageEdits,
  openai_image_variations: openaiImageVariations,
  perplexity_embeddings: perplexityEmbeddings,
  anthropic_count_tokens: anthropicCountTokens,
  gemini_count_tokens: geminiCountTokens,
  openai_count_tokens: openaiCountTokens,
  tensorzero_inference: tensorzeroInference,
}

/** The wire of a name, for reading what was recorded: without the providers and their schemas. */
export function wireNamed(name: WireName): Wire {
  return WIRES[name]
}
