import { z } from 'zod'
import type { Provider } from '../providers/provider.ts'
import { CommonProvider, type createModelSchema } from './schema-models.ts'

const TimeoutMs = z.int().min(1).optional().describe('Longest time for an answer, in ms.')

/** A model for embeddings alone. Which providers make such depends on more than their type. */
export function createEmbeddingModelSchema(providers: readonly Provider[]) {
  return z.strictObject({
    routing: z
      .array(z.string())
      .min(1)
      .describe('Its providers, in the order in which they are tried.'),
    providers: z.record(z.string(), createProviderSchema(providers)),
    timeout_ms: TimeoutMs,
  })
}
export type EmbeddingModel = z.infer<ReturnType<typeof createEmbeddingModelSchema>>

/** The same as an ordinary model: its one time limit is that of whole answers. */
export function asModel({
  routing,
  providers,
  timeout_ms: timeoutMs,
}: EmbeddingModel): z.infer<ReturnType<typeof createModelSchema>> {
  const entries = Object.entries(providers).map(([name, { timeout_ms: ownMs, ...provider }]) => [
    name,
    { ...provider, timeouts: asTimeouts(ownMs) },
  ])
  return {
    routing,
    providers: Object.fromEntries(entries),
    timeouts: asTimeouts(timeoutMs),
    retries: { num_retries: 0, max_delay_s: 10 },
    skip_relay: false,
  }
}

function asTimeouts(timeoutMs: number | undefined) {
  return timeoutMs === undefined ? undefined : { non_streaming: { total_ms: timeoutMs } }
}

function createProviderSchema(providers: readonly Provider[]) {
  const [first, ...rest] = providers.map((provider) =>
    z.strictObject({
      type: z.literal(provider.type).describe('The kind of provider.'),
      ...CommonProvider.omit({ timeouts: true }).shape,
      timeout_ms: TimeoutMs,
      ...provider.fields.shape,
    }),
  )
  if (first === undefined) throw new Error('There must be at least one type of provider.')
  return z.discriminatedUnion('type', [first, ...rest])
}
