import { z } from 'zod'
import type { Provider } from '../providers/provider.ts'
import { Gateway } from './schema-gateway.ts'
import { createEmbeddingModelSchema } from './schema-embedding-models.ts'
import { Evaluation } from './schema-evaluators.ts'
import { RateLimiting } from './schema-limits.ts'
import { Optimizer } from './schema-optimizers.ts'
import { Autopilot, Clickhouse, ObjectStorage, Postgres } from './schema-stores.ts'
import { FunctionTable, Metric, Tool } from './schema-functions.ts'
import { createModelSchema, ProviderType } from './schema-models.ts'

/** The tables of a configuration, key for key. Types, defaults, messages and docs come from here. */
export function createSchema(providers: readonly Provider[]) {
  const types = providers.map(({ type }) => [type, ProviderType.optional()] as const)
  return z.strictObject({
    gateway: Gateway.prefault({}).describe('The server itself.'),
    models: z
      .record(z.string(), createModelSchema(providers))
      .default({})
      .describe('Models by name.'),
    provider_types: z
      .strictObject(Object.fromEntries(types))
      .prefault({})
      .describe('Defaults by type of provider.'),
    functions: z.record(z.string(), FunctionTable).default({}).describe('Tasks by name.'),
    tools: z.record(z.string(), Tool).default({}).describe('Tools by name.'),
    metrics: z.record(z.string(), Metric).default({}).describe('Metrics by name.'),
    evaluations: z
      .record(z.string(), Evaluation)
      .default({})
      .describe('Old place of evaluators, by name.'),
    embedding_models: z
      .record(z.string(), createEmbeddingModelSchema(providers))
      .default({})
      .describe('Models for embeddings by name.'),
    rate_limiting: RateLimiting.prefault({}).describe('How much may be used.'),
    object_storage: ObjectStorage.optional(),
    clickhouse: Clickhouse.optional(),
    postgres: Postgres.optional(),
    optimizers: z.record(z.string(), Optimizer).default({}).describe('Optimizers by name.'),
    autopilot: Autopilot.optional(),
  })
}

export type ConfigFile = z.infer<ReturnType<typeof createSchema>>

/** What is checked but has no effect yet. Paths into the tables. */
export const WITHOUT_EFFECT: readonly (readonly string[])[] = [
  ['evaluations'],
  ['rate_limiting'],
  ['optimizers'],
  ['autopilot'],
  ['gateway', 'export'],
  ['gateway', 'metrics'],
]
