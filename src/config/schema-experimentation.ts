import { z } from 'zod'
import { Name, Namespace } from './schema-files.ts'

const Names = z.array(Name)
const Fallbacks = Names.describe('Tried in this order when the candidates have failed.')
const Weights = z.record(z.string(), z.number())

const Weighted = z
  .union([Names, Weights])
  .describe('The variants that share the requests: a list, or weights by name.')

const adaptive = {
  candidate_variants: Names.describe('The variants that are compared.'),
  fallback_variants: Fallbacks.default([]),
  metric: Name.describe('The metric that decides.'),
  min_samples_per_variant: z.int().default(10).describe('Before anything is concluded.'),
  max_samples_per_variant: z.int().default(10_000).describe('Then the comparison ends.'),
  delta: z.number().default(0.05).describe('Chance of a wrong winner.'),
  epsilon: z.number().default(0).describe('A difference that does not matter.'),
  update_period_s: z.int().min(0).default(300).describe('How often the shares are reckoned anew.'),
  min_prob: z.number().default(0).describe('Least share of a candidate.'),
}

/** By what rule variants are chosen. */
const kinds = {
  static: { candidate_variants: Weighted, fallback_variants: Fallbacks.default([]) },
  adaptive: {
    algorithm: z.literal('track_and_stop').optional().describe('There is only this one.'),
    ...adaptive,
  },
  uniform: {
    candidate_variants: Names.optional().describe('All, if not given.'),
    fallback_variants: Fallbacks.optional(),
  },
  static_weights: {
    candidate_variants: Weights.describe('Weights by name.'),
    fallback_variants: Fallbacks.default([]),
  },
  track_and_stop: adaptive,
}

export const Rule = createUnion({})
export type Rule = z.infer<typeof Rule>

export const Experimentation = createUnion({
  namespaces: z.record(Namespace, Rule).default({}).describe('Rules by namespace.'),
})
export type Experimentation = z.infer<typeof Experimentation>

function type<Name extends keyof typeof kinds>(name: Name) {
  return z.literal(name).describe('How requests get their variant.')
}

function createUnion<Shape extends z.ZodRawShape>(more: Shape) {
  return z.discriminatedUnion('type', [
    z.strictObject({ type: type('static'), ...kinds.static, ...more }),
    z.strictObject({ type: type('adaptive'), ...kinds.adaptive, ...more }),
    z.strictObject({ type: type('uniform'), ...kinds.uniform, ...more }),
    z.strictObject({ type: type('static_weights'), ...kinds.static_weights, ...more }),
    z.strictObject({ type: type('track_and_stop'), ...kinds.track_and_stop, ...more }),
  ])
}
