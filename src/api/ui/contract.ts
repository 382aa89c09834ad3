import { z } from 'zod'

/**
 * What the browser is told. Numbers: `*_ms` milliseconds, `cost` US dollars; null is "not known".
 * Everything a model wrote (previews, outputs, names, errors) is hostile text.
 */

export const LogRow = z.object({
  id: z.string(),
  episode_id: z.string(),
  /** ISO 8601. */
  started_at: z.string(),
  /** `running` rows come from memory, others from the store. */
  state: z.enum(['running', 'done']),
  /** ok, upstream_error, client_gone, timeout, rejected, truncated, internal; null while running. */
  outcome: z.string().nullable(),
  status: z.int().nullable(),
  function_name: z.string(),
  variant_name: z.string(),
  requested_model: z.string(),
  model: z.string().nullable(),
  provider: z.string().nullable(),
  stream: z.boolean(),
  input_preview: z.string(),
  output_preview: z.string(),
  error_message: z.string().nullable(),
  input_tokens: z.int().nullable(),
  output_tokens: z.int().nullable(),
  cost: z.number().nullable(),
  latency_ms: z.number().nullable(),
  ttft_ms: z.number().nullable(),
  attempts: z.int(),
  tags: z.record(z.string(), z.string()),
})
export type LogRow = z.infer<typeof LogRow>

export const LogList = z.object({ rows: z.array(LogRow), next: z.string().nullable() })
export type LogList = z.infer<typeof LogList>

export const Count = z.object({ count: z.int(), exact: z.boolean() })
export type Count = z.infer<typeof Count>

export const Overview = z.object({
  bucket_ms: z.number(),
  buckets: z.array(
    z.object({
      started_at: z.string(),
      requests: z.int(),
      errors: z.int(),
      cost: z.number(),
      latency_p95_ms: z.number().nullable(),
      ttft_p95_ms: z.number().nullable(),
    }),
  ),
  requests: z.int(),
  errors: z.int(),
  cost: z.number(),
  latency_p95_ms: z.number().nullable(),
  ttft_p95_ms: z.number().nullable(),
})
export type Overview = z.infer<typeof Overview>

/** A content block, with TensorZero's type names. */
export const Block = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('text'),
    text: z.string(),
    /** Where it comes from, as the provider says. */
    sources: z.array(z.object({ url: z.string(), title: z.string() })).optional(),
  }),
  z.object({
    type: z.literal('thought'),
    text: z.string().nullable(),
    signature: z.string().optional(),
    /** Encrypted reasoning: only its length is worth showing. */
    data: z.string().optional(),
    summary: z.array(z.string()).optional(),
    format: z.string().optional(),
  }),
  z.object({
    type: z.literal('tool_call'),
    id: z.string(),
    name: z.string(),
    arguments: z.string(),
  }),
  z.object({
    type: z.literal('tool_result'),
    id: z.string(),
    name: z.string(),
    result: z.string(),
  }),
  z.object({
    type: z.literal('file'),
    url: z.string(),
    mime_type: z.string().optional(),
    filename: z.string().optional(),
  }),
  z.object({ type: z.literal('refusal'), text: z.string() }),
  z.object({ type: z.literal('unknown'), data: z.unknown() }),
])
export type Block = z.infer<typeof Block>

export const Message = z.object({
  role: z.enum(['system', 'user', 'assistant']),
  content: z.array(Block),
})
export type Message = z.infer<typeof Message>

/** Disjoint token buckets. */
export const Usage = z.object({
  input: z.int().nullable(),
  cache_read: z.int().nullable(),
  cache_write: z.int().nullable(),
  cache_write_1h: z.int().nullable(),
  audio_input: z.int().nullable(),
  image_input: z.int().nullable(),
  output: z.int().nullable(),
  reasoning: z.int().nullable(),
  audio_output: z.int().nullable(),
})
export type Usage = z.infer<typeof Usage>

/** One try at one provider. `*_ms` offsets count from the start of the client's request. */
export const Attempt = z.object({
  id: z.string(),
  number: z.int(),
  reason: z.enum(['first', 'retry', 'fallback']),
  provider: z.string(),
  provider_type: z.string(),
  upstream_model: z.string(),
  url: z.string(),
  status: z.int().nullable(),
  error: z.string().nullable(),
  error_message: z.string().nullable(),
  started_ms: z.number(),
  head_ms: z.number().nullable(),
  ttft_ms: z.number().nullable(),
  ended_ms: z.number(),
  bytes_out: z.int(),
  bytes_in: z.int(),
  reused_socket: z.boolean(),
  stale_retry: z.boolean(),
  may_have_been_billed: z.boolean(),
  usage: Usage.nullable(),
  usage_source: z.enum(['provider', 'estimated', 'unknown']),
  cost: z.number().nullable(),
  finish: z.string().nullable(),
  finish_raw: z.string().nullable(),
  raw_request: z.string(),
  raw_response: z.string(),
})
export type Attempt = z.infer<typeof Attempt>

export const InferenceDetail = LogRow.extend({
  dialect: z.string(),
  /** Of the latency, not spent waiting for a provider. */
  overhead_ms: z.number().nullable(),
  error_code: z.string().nullable(),
  finish: z.string().nullable(),
  usage: Usage.nullable(),
  warnings: z.array(z.string()),
  config_hash: z.string(),
  /** `missing`: the row is there, its texts are not (retention or damage). */
  payload: z.enum(['present', 'missing']),
  input: z.array(Message),
  tools: z.unknown(),
  params: z.unknown(),
  output: z.array(Block),
  raw_request: z.string(),
  attempt_list: z.array(Attempt),
})
export type InferenceDetail = z.infer<typeof InferenceDetail>

export const Neighbours = z.object({ newer: z.string().nullable(), older: z.string().nullable() })
export type Neighbours = z.infer<typeof Neighbours>

export const Setup = z.object({
  version: z.string(),
  /** False until the first request ever: the welcome page shows until then. */
  seen_first_request: z.boolean(),
  /** Addresses a client can use, such as `http://localhost:3000`. */
  addresses: z.array(z.string()),
  data_dir: z.string(),
  config_files: z.array(z.string()),
  providers: z.array(z.object({ name: z.string(), ready: z.boolean(), detail: z.string() })),
})
export type Setup = z.infer<typeof Setup>

/** Frames of `GET /internal/live` (server-sent events; `event:` is the type, `data:` the JSON). */
export const LiveFrame = z.discriminatedUnion('type', [
  /** First: the requests running now, and the id to name in `POST /internal/live/watch`. */
  z.object({ type: z.literal('hello'), session: z.string(), rows: z.array(LogRow) }),
  z.object({ type: z.literal('start'), row: LogRow }),
  /** What was added to a watched, running row since the last delta (at most 10 a second each). */
  z.object({
    type: z.literal('delta'),
    id: z.string(),
    text: z.string(),
    reasoning: z.string(),
    latency_ms: z.number(),
  }),
  /** A try ended badly and another begins. */
  z.object({
    type: z.literal('attempt'),
    id: z.string(),
    number: z.int(),
    provider: z.string(),
    error_message: z.string().nullable(),
  }),
  /** The row in its last state. It is in the store within about 80 ms. */
  z.object({ type: z.literal('end'), row: LogRow }),
  /** Once a second. */
  z.object({
    type: z.literal('stats'),
    now: z.string(),
    in_flight: z.int(),
    /** Rows not sent to this browser because it reads too slowly. */
    skipped: z.int(),
    rss_mb: z.number(),
    store: z.object({ state: z.string(), message: z.string().nullable() }),
    /** Why the newest configuration was refused; null when it is in use. */
    config_error: z.string().nullable(),
  }),
])
export type LiveFrame = z.infer<typeof LiveFrame>

/** Body of `POST /internal/live/watch`: the running rows whose text this browser wants. */
export const Watch = z.object({ session: z.string(), ids: z.array(z.string()).max(100) })
export type Watch = z.infer<typeof Watch>
