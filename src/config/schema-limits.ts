import { z } from 'zod'

const RESOURCES = ['model_inferences', 'tokens', 'cost'] as const
const INTERVALS = ['second', 'minute', 'hour', 'day', 'week', 'month'] as const

type Resource = (typeof RESOURCES)[number]

/** Each key that limits something: `tokens_per_minute`. */
export const LIMITS = RESOURCES.flatMap((resource) =>
  INTERVALS.map((interval) => ({ key: `${resource}_per_${interval}`, resource, interval })),
)

const Whole = createLimit(z.int().min(0))

/** How much: an amount in each interval, or a bucket. Whole numbers are such too. */
export const Amount = createLimit(z.number().min(0))

function createLimit(amount: z.ZodNumber) {
  return z.union([
    amount,
    z.strictObject({
      capacity: amount.describe('Most that can be used at once.'),
      refill_rate: amount.describe('What comes back in each interval.'),
    }),
  ])
}

const limits = Object.fromEntries(
  LIMITS.map(({ key, resource, interval }) => {
    const [unit, limit] = resource === 'cost' ? ['US dollars', Amount] : [nounOf(resource), Whole]
    return [key, limit.optional().describe(`Most ${unit} per ${interval}.`)] as const
  }),
)

function nounOf(resource: Resource): string {
  return resource === 'tokens' ? 'tokens' : 'calls to models'
}

const TagValue = z
  .string()
  .regex(
    /^(?!tensorzero::)|^tensorzero::(?:each|total)$/,
    'may not start with `tensorzero::`, but for `tensorzero::each` and `tensorzero::total`',
  )

const KeyId = z
  .string()
  .regex(/^(?:.{12}|tensorzero::each)$/s, 'must be 12 characters long, or `tensorzero::each`')

const Scope = z.union([
  z.strictObject({
    tag_key: z.string().describe('Requests that have this tag …'),
    tag_value: TagValue.describe('… with this value; each value by itself, or all together.'),
  }),
  z.strictObject({
    api_key_public_id: KeyId.describe('Requests with this API key, or each key by itself.'),
  }),
])
export type Scope = z.infer<typeof Scope>

const Rule = z
  .strictObject({
    ...limits,
    scope: z.array(Scope).default([]).describe('What it holds for; everything if empty.'),
    priority: z.int().min(0).optional().describe('Of the rules that fit, the highest hold.'),
    always: z.boolean().optional().describe('It holds whatever other rules there are.'),
  })
  .refine(
    ({ priority, always }) => priority !== undefined || always === true,
    'needs the `priority` field when `always` is not true',
  )
  .refine(
    ({ priority, always }) => priority === undefined || always === undefined,
    'cannot have both `always` and `priority` fields',
  )

export const RateLimiting = z.strictObject({
  enabled: z.boolean().default(true).describe('`false`: the rules are only checked for form.'),
  backend: z.enum(['auto', 'postgres', 'valkey']).default('auto').describe('Who counts.'),
  default_cost: z
    .number()
    .min(0)
    .default(1)
    .describe('US dollars that a call counts for until its cost is known.'),
  rules: z.array(Rule).default([]).describe('Each says what is limited, and for whom.'),
})
export type RateLimiting = z.infer<typeof RateLimiting>
