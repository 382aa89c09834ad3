import type { FunctionDetail, FunctionList, Measured } from '../../src/api/ui/contract-functions.ts'

const AT = '2026-11-28T12:00:00.000Z'
const HOSTILE = 'a\u202Eb<img src=x>'

export function fakeFunctions(): FunctionList {
  const row = { type: 'chat', variants: 2, adaptive: false, requests: 0, failed: 0 } as const
  return {
    functions: [
      {
        ...row,
        name: 'answer_customer',
        adaptive: true,
        requests: 3000,
        failed: 12,
        last_used_at: AT,
      },
      { ...row, name: HOSTILE, type: null, requests: 1, last_used_at: AT },
      { ...row, name: 'quiet', type: 'json', last_used_at: null },
    ],
  }
}

/** Undefined for what is not there. */
export function fakeFunction(name: string): FunctionDetail | undefined {
  if (name === 'quiet') return { ...decided(), name, experiment: null, metrics: [], variants: [] }
  if (name === 'comparing') return comparing()
  return name === 'answer_customer' ? decided() : undefined
}

function measured(variant: string, mean: number, half: number): Measured {
  return {
    variant,
    count: 1500,
    mean,
    variance: mean * (1 - mean),
    lower: mean - half,
    upper: mean + half,
  }
}

function decided(): FunctionDetail {
  const variants = [measured('brief', 0.4, 0.05), measured('warm', 0.55, 0.03)]
  const variant = { type: 'chat_completion', model: 'openai::gpt-5-mini', failed: 6, cost: 1.25 }
  const used = { latency_p50_ms: 812, last_used_at: AT }
  return {
    name: 'answer_customer',
    type: 'chat',
    description: 'Answers a question of a customer',
    variants: [
      { ...variant, ...used, name: 'brief', requests: 1200 },
      { ...variant, ...used, name: 'warm', requests: 1800 },
      { ...variant, ...used, name: HOSTILE, type: null, model: null, requests: 1, cost: null },
    ],
    experiment: {
      type: 'adaptive',
      probabilities: { brief: 0, warm: 1 },
      fallback_variants: [],
      adaptive: {
        metric: 'helpful',
        metric_type: 'boolean',
        optimize: 'max',
        delta: 0.05,
        epsilon: 0,
        min_samples_per_variant: 10,
        max_samples_per_variant: 10_000,
        update_period_s: 300,
        state: 'stopped',
        leader: 'warm',
        verdict: { winner: 'warm', over: ['brief'] },
        evidence: { challenger: 'brief', value: 6.1, required: 3 },
        updated_at: AT,
        variants,
      },
    },
    metrics: [
      {
        name: 'minutes',
        type: 'float',
        optimize: 'min',
        level: 'episode',
        variants: [
          { ...measured('brief', 12.5, 3), variance: 40 },
          { ...measured('warm', 0, 0), count: 3, mean: 9, lower: null, upper: null },
        ],
      },
      { name: 'helpful', type: 'boolean', optimize: 'max', level: 'inference', variants },
    ],
    throughput: Array.from({ length: 48 }, (_, hour) => ({
      started_at: new Date(Date.parse(AT) - (47 - hour) * 3_600_000).toISOString(),
      counts: { brief: Math.max(0, 40 - hour), warm: 20 + hour },
    })),
  }
}

function comparing(): FunctionDetail {
  const detail = decided()
  const { experiment } = detail
  if (!experiment?.adaptive) return detail
  const adaptive = {
    ...experiment.adaptive,
    state: 'bandits',
    verdict: null,
    evidence: { challenger: 'brief', value: 1.5, required: 3 },
  }
  const probabilities = { brief: 0.375, warm: 0.625 }
  return { ...detail, name: 'comparing', experiment: { ...experiment, probabilities, adaptive } }
}
