import type { Block, JsonObject, Part } from '../../domain/chat.ts'
import { Collector } from '../../domain/collect.ts'
import { totalInput, totalOutput, type Usage } from '../../domain/usage.ts'
import { jsonOutput, outputBlocks } from '../../domain/native-blocks.ts'
import type { Envelope } from '../dialect.ts'

/** A whole answer. */
export function encodeInference(envelope: Envelope, parts: readonly Part[]): JsonObject {
  const collector = new Collector()
  for (const part of parts) collector.add(part)
  const { content, usage, finish } = collector.answer()
  return {
    ...namesOf(envelope),
    ...outputOf(envelope, content),
    usage: encodeUsage(usage, envelope.cost()),
    ...rawOfWhole(envelope),
    ...(finish && { finish_reason: finish }),
  }
}

function rawOfWhole({ raw }: Envelope): JsonObject {
  if (!raw) return {}
  const { include } = raw
  const original = include.originalResponse ? raw.lastResponse() : null
  return {
    ...(include.rawUsage && { raw_usage: raw.usages('all') }),
    ...(original !== null && { original_response: original }),
    ...(include.rawResponse && { raw_response: raw.responses('all') }),
  }
}

/** The answer itself: `content` of a chat function, `output` of a json function. */
export function outputOf(
  { task, providerType }: Envelope,
  content: readonly Block[],
): { output?: JsonObject; content?: JsonObject[] } {
  if (task?.fn.type === 'json') {
    const { raw, parsed } = jsonOutput(content, task.outputSchema)
    return { output: { raw, parsed } }
  }
  return { content: outputBlocks(content, task?.tools.schemas ?? new Map(), providerType) }
}

export function namesOf({ id, episodeId, task }: Envelope): JsonObject {
  return { inference_id: id, episode_id: episodeId, variant_name: task?.variantName ?? '' }
}

export function encodeUsage(usage: Usage | null, cost: number | null): JsonObject {
  return {
    input_tokens: usage && totalInput(usage),
    output_tokens: usage && totalOutput(usage),
    ...(usage && usage.cacheRead !== null && { provider_cache_read_input_tokens: usage.cacheRead }),
    ...(usage &&
      usage.cacheWrite !== null && { provider_cache_write_input_tokens: usage.cacheWrite }),
    cost,
  }
}

/** Whose words an unknown block is. */
export function placeFields(place: Envelope['place']): JsonObject {
  return place ? { model_name: place.model, provider_name: place.provider } : {}
}
