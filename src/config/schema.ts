import { z } from 'zod'
import type { Provider } from '../providers/provider.ts'
import { Gateway } from './schema-gateway.ts'
import { FunctionTable, Metric, Tool } from './schema-functions.ts'
import { createModelSchema, ProviderType } from './schema-models.ts'

/** A table that a later version uses: kept as it is, and said so. */
const Later = z.record(z.string(), z.unknown()).optional()

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
    evaluations: Later,
    embedding_models: Later,
    rate_limiting: Later,
    object_storage: Later,
    clickhouse: Later,
    postgres: Later,
    optimizers: Later,
    autopilot: Later,
  })
}

export type ConfigFile = z.infer<ReturnType<typeof createSchema>>

/** What is checked but has no effect yet. Paths into the tables. */
export const WITHOUT_EFFECT: readonly (readonly string[])[] = [
  ['evaluations'],
  ['embedding_models'],
  ['rate_limiting'],
  ['object_storage'],
  ['clickhouse'],
  ['postgres'],
  ['optimizers'],
  ['autopilot'],
  ['gateway', 'relay'],
  ['gateway', 'export'],
  ['gateway', 'cache'],
  ['gateway', 'metrics'],
  ['gateway', 'template_filesystem_access'],
  ['gateway', 'fetch_and_encode_input_files_before_inference'],
]
