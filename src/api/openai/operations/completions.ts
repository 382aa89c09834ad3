import type { Part } from '../../../domain/chat.ts'
import { mergeUsage, type Usage } from '../../../domain/usage.ts'
import type { JsonObject } from '../../../lib/json.ts'
import { formatEvent } from '../../../lib/sse.ts'
import type { Envelope, StreamEncoder } from '../../dialect.ts'
import { encodeFinish, encodeUsage } from '../encode.ts'

/** A whole completion, for where a provider streams though it was not asked to. */
export function encodeCompletions(envelope: Envelope, parts: readonly Part[]): JsonObject {
  return { ...frame(envelope, parts), usage: encodeUsage(usageOf(parts), envelope.cost) }
}

/** Chunks, for where a provider answers at once though it was asked to stream. */
export function completionStream(envelope: Envelope): StreamEncoder {
  return {
    encode: (parts) => {
      const usage = usageOf(parts)
      const chunk = frame(envelope, parts)
      if (usage) chunk['usage'] = encodeUsage(usage, envelope.cost)
      return formatEvent(JSON.stringify(chunk))
    },
    end: () => formatEvent('[DONE]'),
  }
}

function usageOf(parts: readonly Part[]): Usage | null {
  let usage: Usage | null = null
  for (const part of parts) {
    if (part.type !== 'usage') continue
    usage = usage ? mergeUsage(usage, part.usage) : part.usage
  }
  return usage
}

function frame({ id, model, created }: Envelope, parts: readonly Part[]): JsonObject {
  const extra: JsonObject = {}
  const choices = new Map<number, Choice>()
  for (const part of parts) {
    if (part.type === 'raw' && part.level === 'response') Object.assign(extra, part.fields)
    else if ('choice' in part || part.type !== 'usage') addTo(choices, part)
  }
  return {
    ...extra,
    id,
    object: 'text_completion',
    created,
    model,
    choices: [...choices].map(encodeChoice),
  }
}

function encodeChoice([index, { text, fields, finish }]: readonly [number, Choice]): JsonObject {
  return { logprobs: null, ...fields, index, text, finish_reason: finish }
}

interface Choice {
  text: string
  finish: string | null
  readonly fields: JsonObject
}

function addTo(choices: Map<number, Choice>, part: Part): void {
  const index = ('choice' in part ? part.choice : undefined) ?? 0
  const choice = choices.get(index) ?? { text: '', finish: null, fields: {} }
  if (part.type === 'text') choice.text += part.text
  else if (part.type === 'finish') choice.finish = encodeFinish(part.reason)
  else if (part.type === 'raw') Object.assign(choice.fields, part.fields)
  else return
  choices.set(index, choice)
}
