import { z } from 'zod'
import { CredentialLocation, HttpUrl } from './schema-common.ts'

const Toggle = z.boolean().optional()
const Count = z.int().min(1)

const Auth = z.strictObject({
  enabled: z.boolean().default(false).describe('Ask every caller for an API key.'),
  cache: z
    .strictObject({
      enabled: z.boolean().default(true).describe('Remember keys that were looked up.'),
      ttl_ms: z.int().min(0).default(1000).describe('For how long, in ms.'),
    })
    .prefault({}),
})

const BatchWrites = z.strictObject({
  enabled: z.boolean().default(false).describe('Write records in batches.'),
  flush_interval_ms: Count.default(100).describe('Longest time a record waits, in ms.'),
  max_rows: Count.default(1000).describe('Most records in a batch.'),
  max_rows_postgres: Count.optional().describe(
    'The same for Postgres; as `max_rows` if not given.',
  ),
  write_queue_capacity: Count.optional().describe('Most records that may wait.'),
})

const Retention = z.strictObject({
  max_days: z
    .int()
    .min(0)
    .default(0)
    .describe('Requests older than this many days are deleted; 0: none are.'),
  max_bytes: z
    .int()
    .min(0)
    .optional()
    .describe(
      'When what is kept grows beyond this, the oldest texts go, then the oldest rows; 0: never. If not given, 20 GB in the data directory, and no bound on a server.',
    ),
})

const Observability = z.strictObject({
  enabled: Toggle.describe('`false`: nothing is recorded. `true`: no start without a store.'),
  backend: z
    .enum(['auto', 'sqlite', 'clickhouse', 'postgres'])
    .default('auto')
    .describe('What keeps the records; `auto`: the database whose URL is given, else SQLite.'),
  async_writes: Toggle.describe('Write records in the background.'),
  batch_writes: BatchWrites.optional(),
  durability: z
    .enum(['async', 'before_reply'])
    .default('async')
    .describe('`before_reply`: the end of an answer waits until its record is on disk.'),
  retention: Retention.prefault({}),
  disable_automatic_migrations: z
    .boolean()
    .optional()
    .describe('Old place of `clickhouse.disable_automatic_migrations`.'),
})

const Cache = z.strictObject({
  enabled: Toggle.describe('`false`: no cache. `true`: no start without one.'),
  backend: z.enum(['auto', 'clickhouse', 'valkey']).default('auto').describe('Where it is kept.'),
  mode: z
    .enum(['off', 'on', 'read_only', 'write_only'])
    .default('off')
    .describe('For requests that do not say (`cache_options`).'),
  max_age_s: z
    .int()
    .min(0)
    .optional()
    .describe('For the same: older answers are not given again, in seconds.'),
  valkey: z
    .strictObject({
      ttl_s: Count.default(86_400).describe('How long Valkey keeps an entry, in seconds.'),
    })
    .prefault({}),
})

const Traces = z.strictObject({
  enabled: z.boolean().default(false).describe('Export traces over OTLP.'),
  format: z
    .enum(['opentelemetry', 'openinference'])
    .default('opentelemetry')
    .describe('Which attribute names the spans use.'),
  extra_headers: z.record(z.string(), z.string()).default({}).describe('Headers for the exporter.'),
  include_content: z.boolean().default(false).describe('Put prompts and answers into the spans.'),
})

const Relay = z.strictObject({
  gateway_url: HttpUrl.optional().describe('The gateway that answers in place of this one.'),
  api_key_location: CredentialLocation.default('none').describe('The key for it.'),
})

const Buckets = z
  .array(z.number().min(0))
  .refine(
    (bounds) => bounds.every((bound, index) => index === 0 || bound > (bounds[index - 1] ?? 0)),
    'must grow from one number to the next',
  )

export const Gateway = z.strictObject({
  bind_address: z
    .string()
    .regex(/^(?:[\w.-]+|\[[\da-f:.]+\]):\d{1,5}$/i, 'must be `address:port`, like `127.0.0.1:3000`')
    .optional()
    .describe('Address and port to listen on.'),
  base_path: z
    .string()
    .startsWith('/', 'must start with `/`')
    .default('/')
    .describe('Goes before the path of every route.'),
  debug: z.boolean().default(false).describe('Show raw requests and answers in errors and logs.'),
  unstable_error_json: z
    .boolean()
    .default(false)
    .describe('Add the error as JSON to error bodies.'),
  disable_pseudonymous_usage_analytics: z
    .boolean()
    .default(false)
    .describe('Accepted for compatibility: there are no usage analytics.'),
  fetch_and_encode_input_files_before_inference: z
    .boolean()
    .default(false)
    .describe('Download files that a request names and send them inline.'),
  fetch_files_from: z
    .array(z.string())
    .default([])
    .describe('Hosts whose files are downloaded though their addresses are not public ones.'),
  global_outbound_http_timeout_ms: Count.default(900_000).describe(
    'Upper bound for every call to a provider, in ms. No other timeout may be longer.',
  ),
  unstable_disable_feedback_target_validation: z
    .boolean()
    .default(false)
    .describe('Accept feedback on things that are not there.'),
  infer_episodes: z
    .boolean()
    .default(true)
    .describe('Link the requests of one conversation where the client names no episode.'),
  max_request_bytes: Count.default(104_857_600).describe('Largest request body, in bytes.'),
  on_client_disconnect: z
    .enum(['cancel', 'drain'])
    .default('cancel')
    .describe('What happens to the call upstream when the client leaves.'),
  compat: z
    .strictObject({
      done_after_error: z
        .boolean()
        .default(false)
        .describe('End a stream that failed with `data: [DONE]` too.'),
    })
    .prefault({}),
  auth: Auth.prefault({}),
  observability: Observability.prefault({}),
  cache: Cache.prefault({}),
  export: z
    .strictObject({ otlp: z.strictObject({ traces: Traces.prefault({}) }).prefault({}) })
    .prefault({}),
  metrics: z
    .strictObject({
      tensorzero_inference_latency_overhead_seconds_buckets: Buckets.default([
        0.001, 0.01, 0.1,
      ]).describe('Bounds of the histogram of the time the gateway adds; empty: no histogram.'),
    })
    .prefault({}),
  relay: Relay.optional(),
  template_filesystem_access: z
    .strictObject({
      enabled: Toggle.describe('Old switch; giving `base_path` is enough.'),
      base_path: z.string().optional().describe('The directory that templates may include from.'),
    })
    .optional(),
})
export type Gateway = z.infer<typeof Gateway>
