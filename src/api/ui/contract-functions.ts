import { z } from 'zod'

/** What a metric says of a variant. The interval holds at all times at once. */
export const Measured = z.object({
  variant: z.string(),
  count: z.int(),
  mean: z.number().nullable(),
  variance: z.number().nullable(),
  lower: z.number().nullable(),
  upper: z.number().nullable(),
})
export type Measured = z.infer<typeof Measured>

/** How a function's requests get their variant. */
export const Experiment = z.object({
  type: z.enum(['static', 'adaptive']),
  /** The share of each candidate now; they sum to 1. */
  probabilities: z.record(z.string(), z.number()),
  fallback_variants: z.array(z.string()),
  /** Null where shares are fixed. */
  adaptive: z
    .object({
      metric: z.string(),
      metric_type: z.enum(['boolean', 'float']),
      optimize: z.enum(['min', 'max']),
      /** How often a wrong winner may be declared. */
      delta: z.number(),
      epsilon: z.number(),
      min_samples_per_variant: z.int(),
      max_samples_per_variant: z.int(),
      update_period_s: z.number(),
      /** nursery, bandits, stopped, exhausted; nursery_and_… while some variants are new. */
      state: z.string(),
      leader: z.string().nullable(),
      verdict: z.object({ winner: z.string(), over: z.array(z.string()) }).nullable(),
      /** Natural logarithms: the challenger is beaten when `value` reaches `required`. */
      evidence: z
        .object({ challenger: z.string(), value: z.number(), required: z.number() })
        .nullable(),
      updated_at: z.string(),
      variants: z.array(Measured),
    })
    .nullable(),
})
export type Experiment = z.infer<typeof Experiment>

export const FunctionList = z.object({
  functions: z.array(
    z.object({
      name: z.string(),
      /** Null: not in the configuration any more. */
      type: z.enum(['chat', 'json']).nullable(),
      variants: z.int(),
      adaptive: z.boolean(),
      requests: z.int(),
      failed: z.int(),
      last_used_at: z.string().nullable(),
    }),
  ),
})
export type FunctionList = z.infer<typeof FunctionList>

export const FunctionDetail = z.object({
  name: z.string(),
  type: z.enum(['chat', 'json']).nullable(),
  description: z.string().nullable(),
  variants: z.array(
    z.object({
      name: z.string(),
      /** chat_completion, best_of_n …; null: not in the configuration any more. */
      type: z.string().nullable(),
      model: z.string().nullable(),
      requests: z.int(),
      failed: z.int(),
      cost: z.number().nullable(),
      latency_p50_ms: z.number().nullable(),
      last_used_at: z.string().nullable(),
    }),
  ),
  /** Null: not in the configuration any more. */
  experiment: Experiment.nullable(),
  metrics: z.array(
    z.object({
      name: z.string(),
      type: z.enum(['boolean', 'float']).nullable(),
      optimize: z.enum(['min', 'max']).nullable(),
      level: z.enum(['inference', 'episode']).nullable(),
      variants: z.array(Measured),
    }),
  ),
  /** Requests of each variant in each of the last hours, the oldest first. */
  throughput: z.array(z.object({ started_at: z.string(), counts: z.record(z.string(), z.int()) })),
})
export type FunctionDetail = z.infer<typeof FunctionDetail>
