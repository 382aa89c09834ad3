import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Part } from '../domain/chat.ts'
import { totalInput, totalOutput, UNKNOWN_USAGE, type Usage } from '../domain/usage.ts'
import type { JsonObject } from '../lib/json.ts'
import * as anthropic from './anthropic-messages/usage.ts'
import * as bedrock from './bedrock-converse/read.ts'
import * as cohere from './cohere-chat/usage.ts'
import * as gemini from './gemini/usage.ts'
import * as openaiChat from './openai-chat/usage.ts'
import * as openaiResponses from './openai-responses/usage.ts'
import { wireNamed } from './wires.ts'

/** What really was used, in buckets; each provider below tells it in its own way. */
interface Told {
  readonly fresh: number
  readonly read: number
  readonly written: number
  readonly hour: number
  readonly audio: number
  readonly image: number
  readonly text: number
  readonly thought: number
  readonly speech: number
}

const count = fc.integer({ min: 0, max: 2_000_000 })
const told: fc.Arbitrary<Told> = fc.record({
  fresh: count,
  read: count,
  written: count,
  hour: count,
  audio: count,
  image: count,
  text: count,
  thought: count,
  speech: count,
})

const WAYS: Record<string, (told: Told) => { usage: Usage; input: number; output: number }> = {
  'openai chat': (t) => {
    const input = t.fresh + t.read + t.written + t.audio
    const output = t.text + t.thought + t.speech
    const usage = openaiChat.readUsage({
      prompt_tokens: input,
      completion_tokens: output,
      total_tokens: input + output,
      prompt_tokens_details: {
        cached_tokens: t.read,
        cache_write_tokens: t.written,
        audio_tokens: t.audio,
      },
      completion_tokens_details: { reasoning_tokens: t.thought, audio_tokens: t.speech },
    })
    return { usage, input, output }
  },
  'reasoning told apart from the completion': (t) => {
    const usage = openaiChat.readUsage({
      prompt_tokens: t.fresh,
      completion_tokens: t.text,
      total_tokens: t.fresh + t.text + t.thought,
      completion_tokens_details: { reasoning_tokens: t.thought },
    })
    return { usage, input: t.fresh, output: t.text + t.thought }
  },
  'openai responses': (t) => {
    const input = t.fresh + t.read + t.written
    const usage = usageIn(
      openaiResponses.usagePart({
        input_tokens: input,
        input_tokens_details: { cached_tokens: t.read, cache_write_tokens: t.written },
        output_tokens: t.text + t.thought,
        output_tokens_details: { reasoning_tokens: t.thought },
      }),
    )
    return { usage, input, output: t.text + t.thought }
  },
  anthropic: (t) => {
    const usage = usageIn(
      anthropic.usagePart({
        input_tokens: t.fresh,
        cache_read_input_tokens: t.read,
        cache_creation_input_tokens: t.written + t.hour,
        cache_creation: {
          ephemeral_5m_input_tokens: t.written,
          ephemeral_1h_input_tokens: t.hour,
        },
        output_tokens: t.text,
      }),
    )
    return { usage, input: t.fresh + t.read + t.written + t.hour, output: t.text }
  },
  gemini: (t) => {
    const input = t.fresh + t.read + t.audio + t.image
    const usage = usageIn(
      gemini.usagePart({
        promptTokenCount: input,
        cachedContentTokenCount: t.read,
        candidatesTokenCount: t.text + t.speech,
        thoughtsTokenCount: t.thought,
        totalTokenCount: input + t.text + t.speech + t.thought,
        promptTokensDetails: [
          { modality: 'TEXT', tokenCount: t.fresh + t.read },
          { modality: 'AUDIO', tokenCount: t.audio },
          { modality: 'IMAGE', tokenCount: t.image },
        ],
        cacheTokensDetails: [{ modality: 'TEXT', tokenCount: t.read }],
        candidatesTokensDetails: [
          { modality: 'TEXT', tokenCount: t.text },
          { modality: 'AUDIO', tokenCount: t.speech },
        ],
      }),
    )
    return { usage, input, output: t.text + t.speech + t.thought }
  },
  bedrock: (t) => {
    const body = {
      usage: {
        inputTokens: t.fresh,
        cacheReadInputTokens: t.read,
        cacheWriteInputTokens: t.written + t.hour,
        cacheDetails: [
          { ttl: '5m', inputTokens: t.written },
          { ttl: '1h', inputTokens: t.hour },
        ],
        outputTokens: t.text,
        totalTokens: t.fresh + t.read + t.written + t.hour + t.text,
      },
    }
    const usage = usageIn(bedrock.readUsage(body)[0])
    return { usage, input: t.fresh + t.read + t.written + t.hour, output: t.text }
  },
  cohere: (t) => {
    const usage = cohere.readUsage({
      billed_units: { input_tokens: t.fresh, output_tokens: t.text },
      tokens: { input_tokens: t.fresh + t.read, output_tokens: t.text + t.thought },
      cached_tokens: t.read,
    })
    return { usage, input: t.fresh + t.read, output: t.text + t.thought }
  },
  ollama: (t) => {
    const body: JsonObject = {
      model: 'm',
      message: { role: 'assistant', content: 'x' },
      done: true,
      done_reason: 'stop',
      prompt_eval_count: t.fresh,
      eval_count: t.text,
    }
    const part = wireNamed('ollama_chat')
      .parts(body)
      .find(({ type }) => type === 'usage')
    return { usage: usageIn(part), input: t.fresh, output: t.text }
  },
}

test.each(Object.entries(WAYS))('F172 the buckets add up to what %s counts', (_, tell) => {
  fc.assert(
    fc.property(told, (truth) => {
      const { usage, input, output } = tell(truth)
      expect(totalInput(usage)).toBe(input)
      expect(totalOutput(usage)).toBe(output)
      for (const bucket of Object.values(usage)) expect(bucket ?? 0).toBeGreaterThanOrEqual(0)
    }),
  )
})

function usageIn(part: Part | undefined): Usage {
  return part?.type === 'usage' ? part.usage : UNKNOWN_USAGE
}
