import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { asObject, type Json, type JsonObject } from '../lib/json.ts'
import { anthropicMessages } from '../providers/anthropic-messages.ts'
import { bedrockConverse } from '../providers/bedrock-converse.ts'
import { cohereChat } from '../providers/cohere-chat.ts'
import { gemini } from '../providers/gemini.ts'
import { ollamaChat } from '../providers/ollama-chat.ts'
import { openaiChat } from '../providers/openai-chat.ts'
import { openaiResponses } from '../providers/openai-responses.ts'
import type { ChatWire } from '../providers/provider.ts'
import { decodeMessages } from './anthropic/decode.ts'
import { encodeMessage } from './anthropic/encode.ts'
import { MessagesEncoder } from './anthropic/encode-stream.ts'
import type { Envelope } from './dialect.ts'
import { envelope as foreign } from './fixtures/envelope.ts'
import { decodeGenerate } from './gemini/decode.ts'
import { decodeEmbed } from './gemini/embeddings.ts'
import { encodeGenerated } from './gemini/encode.ts'
import { GenerateEncoder } from './gemini/encode-stream.ts'
import { asEvents } from './gemini/framing.ts'
import { decodeChat } from './openai/decode.ts'
import { encodeCompletion } from './openai/encode.ts'
import { ChunkEncoder } from './openai/encode-stream.ts'
import { decodeResponses } from './openai/responses/decode.ts'
import { encodeResponse } from './openai/responses/encode.ts'
import { ResponseEncoder } from './openai/responses/encode-stream.ts'

const WIRES: readonly ChatWire[] = [
  openaiChat,
  openaiResponses,
  anthropicMessages,
  gemini,
  bedrockConverse,
  cohereChat,
  ollamaChat,
]
const DECODERS = { decodeChat, decodeResponses, decodeMessages, decodeGenerate }

/** The words of all formats: JSON of strangers' words would not get past the first field. */
const KEYS = `type role content text parts messages contents input output items item delta index
choices message finish_reason tool_calls function name arguments id call_id custom reasoning
reasoning_content reasoning_details signature data format summary encrypted_content thinking
thought thoughtSignature functionCall functionResponse partialArgs jsonPath stringValue willContinue
args response candidates groundingMetadata groundingChunks groundingSupports segment startIndex
endIndex web uri usage usageMetadata content_block citations citation annotations url_citation url
title error code status toolUse toolUseId toolResult reasoningContent reasoningText
redactedContent citationsContent start stop contentBlockIndex event logprobs logprobsResult
chosenCandidates topCandidates output_index tools tool_choice parameters input_schema system
generationConfig thinkingConfig response_format json_schema schema image_url file source document
audio refusal tool_use_id is_error cache_control tool_plan tool_call_id images done search_results
choice partMetadata weir encrypted inlineData mimeType fileData metadata`.split(/\s+/)
const WORDS = `text thinking redacted_thinking tool_use tool_result user assistant system model tool
function custom message reasoning function_call custom_tool_call function_call_output image document
content_block_start content_block_delta content_block_stop message_start message_delta text_delta
thinking_delta signature_delta input_json_delta citations_delta response.output_item.added
response.output_item.done response.output_text.delta response.completed response.incomplete
response.reasoning_summary_text.delta response.function_call_arguments.delta output_text input_text
reasoning.text reasoning.encrypted url_citation content-start content-delta tool-call-start
tool-call-delta citation-start message-end stop end_turn tool_calls STOP completed $.a[0].b null {}
{"a":1} data:image/png;base64,AA gAAAA`.split(/\s+/)

const { any: anyJson } = fc.letrec<{ any: Json }>((tie) => ({
  any: fc.oneof(
    { maxDepth: 6, withCrossShrink: true },
    fc.constantFrom<Json>(...WORDS),
    fc.constantFrom<Json>(null, true, false, 0, 1, 2, -1, 1.5, ''),
    fc.string(),
    fc.array(tie('any'), { maxLength: 4 }),
    fc.dictionary(fc.constantFrom(...KEYS), tie('any'), { maxKeys: 6 }),
    fc.dictionary(fc.constantFrom(...KEYS), tie('any'), { maxKeys: 6 }),
  ),
}))
const anyObject = anyJson.map((value): JsonObject => asObject(value) ?? { content: value })

/** A request: something stands where each dialect looks for a conversation. */
const anyRequest = fc
  .tuple(anyObject, fc.array(anyObject, { maxLength: 4 }))
  .map(([body, list]): JsonObject =>
    Object.assign(body, { messages: list, input: list, contents: list }),
  )

const anyEvents = fc.array(
  fc.record({
    event: fc.constantFrom('message', 'contentBlockStart', 'contentBlockDelta', 'metadata'),
    data: anyObject.map((body) => JSON.stringify(body)),
  }),
  { maxLength: 8 },
)

const envelopes = WIRES.map(({ name }): Envelope => ({ ...foreign, wire: name }))

test.each(Object.entries(DECODERS))('%s and every encoder take any request', (_, decode) => {
  fc.assert(
    fc.property(anyRequest, fc.boolean(), (json, stream) => {
      const chat = decode(json)
      for (const wire of WIRES) {
        const { body } = wire.encode(chat, { model: 'gemini-3-claude', stream, options: {} }, {})
        expect(() => JSON.stringify(body)).not.toThrow()
      }
    }),
    { numRuns: 150 },
  )
})

test('any request for embeddings is read', () => {
  fc.assert(
    fc.property(anyRequest, (json) => {
      expect(decodeEmbed(json).wire).toBeDefined()
    }),
  )
})

test.each(WIRES.map((wire, place) => [wire.name, wire, envelopes[place]] as const))(
  'any answer of %s is read, and told in every dialect',
  (_, wire, envelope) => {
    if (!envelope) return
    fc.assert(
      fc.property(anyObject, anyEvents, (body, events) => {
        wire.error(body)
        const decoder = wire.decoder()
        const streamed = events.map((event) => decoder.push(event))
        for (const own of [envelope, foreign]) {
          for (const parts of [wire.parts(body), streamed.flat()]) {
            encodeCompletion(own, parts)
            encodeResponse(own, parts)
            encodeMessage(own, parts)
            encodeGenerated(own, parts)
          }
          const encoders = [
            new ChunkEncoder(own, true),
            new ResponseEncoder(own),
            new MessagesEncoder(own),
            new GenerateEncoder(own, asEvents()),
          ]
          for (const encoder of encoders) {
            const text = streamed.map((parts) => encoder.encode(parts)).join('') + encoder.end()
            expect(text).not.toBe('')
          }
        }
      }),
      { numRuns: 150 },
    )
  },
)
