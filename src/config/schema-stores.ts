import { z } from 'zod'
import { Name } from './schema-files.ts'

/** Where files of requests are kept, told apart by `type`. */
export const ObjectStorage = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('disabled').describe('Where files are kept.') }),
  z.strictObject({
    type: z.literal('filesystem').describe('Where files are kept.'),
    path: Name.describe('A directory.'),
  }),
  z.strictObject({
    type: z.literal('s3_compatible').describe('Where files are kept.'),
    bucket_name: z.string().optional().describe('The bucket.'),
    region: z.string().optional().describe('Its region.'),
    endpoint: z.string().optional().describe('Its address, or `env::NAME`.'),
    allow_http: z.boolean().optional().describe('Let the address be one without TLS.'),
    prefix: z.string().optional().describe('Goes before the name of every file.'),
  }),
])
export type ObjectStorage = z.infer<typeof ObjectStorage>

export const Clickhouse = z.strictObject({
  disable_automatic_migrations: z
    .boolean()
    .default(false)
    .describe('A person makes the tables: `--run-clickhouse-migrations`.'),
})

const Days = z.int().min(1).optional()

export const Postgres = z.strictObject({
  enabled: z
    .boolean()
    .optional()
    .describe('Accepted for compatibility: the URL in the environment decides.'),
  connection_pool_size: z
    .int()
    .min(1)
    .default(20)
    .describe('Accepted for compatibility: five connections are enough.'),
  inference_metadata_retention_days: Days.describe(
    'For how long requests are kept in PostgreSQL, in days.',
  ),
  inference_data_retention_days: Days.describe('For how long their prompts and answers are kept.'),
  inference_retention_days: Days.describe('Old name of the one before.'),
})

export const Autopilot = z.strictObject({
  tool_whitelist: z.array(z.string()).optional().describe('Tools that need no approval.'),
})
