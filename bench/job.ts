import { z } from 'zod'

/** One measurement, as the load generator is told it. */
export const Job = z.object({
  port: z.int(),
  path: z.string(),
  headers: z.record(z.string(), z.string()),
  model: z.string(),
  stream: z.boolean(),
  pace: z.discriminatedUnion('type', [
    /** Each connection sends its next request when it has its answer. */
    z.object({ type: z.literal('closed'), connections: z.int(), requests: z.int() }),
    /** Requests are sent when they are due, answers or not; latency counts from then. */
    z.object({ type: z.literal('open'), ratePerSecond: z.number(), requests: z.int() }),
  ]),
})
export type Job = z.infer<typeof Job>

const Spread = z.object({ p50: z.number(), p90: z.number(), p99: z.number(), max: z.number() })

export const JobResult = z.object({
  requests: z.int(),
  errors: z.int(),
  /** How many of each kind. */
  error_kinds: z.record(z.string(), z.int()),
  seconds: z.number(),
  latency_ms: Spread.nullable(),
  /** From due to the first byte of the body; streams only. */
  ttft_ms: Spread.nullable(),
})
export type JobResult = z.infer<typeof JobResult>

/** The body of every request: about 1 KB, with text beyond Latin-1, as real prompts have. */
export function encodeRequest(model: string, stream: boolean): string {
  return JSON.stringify({
    model,
    messages: [
      {
        role: 'system',
        content: 'You are a careful assistant. Ответь по существу, без вступлений. '.repeat(3),
      },
      { role: 'user', content: '请用三句话总结这段文字 – “naïve” users first: '.repeat(8) },
    ],
    temperature: 0.7,
    max_tokens: 512,
    stream,
    ...(stream ? { stream_options: { include_usage: true } } : {}),
  })
}
