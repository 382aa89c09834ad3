import type { Reasoning } from '../../domain/chat.ts'
import type { JsonObject } from '../../lib/json.ts'

interface Thinking {
  readonly thinking?: JsonObject
  readonly output_config?: JsonObject
  /** Tokens that the output limit must leave room for. */
  readonly budget: number
}

const LEAST_BUDGET = 1024
const BUDGETS: Readonly<Record<string, number>> = {
  minimal: 1024,
  low: 2048,
  medium: 8192,
  high: 24_576,
  xhigh: 32_768,
  max: 49_152,
}

/** Models that choose for themselves how much to think, and are told an effort instead of a number. */
const ADAPTIVE = /claude-(opus|sonnet|haiku|fable|mythos)-(4-[6-9]|[5-9])/

/** How Claude is told to think. Source: Claude docs, "Extended thinking", "Adaptive thinking", "Effort". */
export function encodeThinking(
  reasoning: Reasoning | undefined,
  model: string,
  maxTokens: number | undefined,
): Thinking {
  if (!reasoning) return { budget: 0 }
  const { effort, budgetTokens, enabled, summary } = reasoning
  const display = summary === 'summarized' || summary === 'omitted' ? { display: summary } : {}
  if (enabled === false || effort === 'none' || budgetTokens === 0) {
    return { thinking: { type: 'disabled' }, budget: 0 }
  }
  if (budgetTokens !== undefined && budgetTokens > 0) {
    return withBudget(budgetTokens, maxTokens, display)
  }
  if (enabled === 'adaptive' || ADAPTIVE.test(model)) {
    const config = effort === undefined ? {} : { output_config: { effort: effortOf(effort) } }
    return { thinking: { type: 'adaptive', ...display }, ...config, budget: 0 }
  }
  return withBudget(BUDGETS[effort ?? 'medium'] ?? BUDGETS['medium'] ?? 0, maxTokens, display)
}

function effortOf(effort: string): string {
  return effort === 'minimal' ? 'low' : effort
}

/** A budget must be smaller than the output limit. */
function withBudget(asked: number, maxTokens: number | undefined, display: JsonObject): Thinking {
  const most = maxTokens === undefined ? asked : maxTokens - 1
  const budget = Math.min(Math.max(asked, LEAST_BUDGET), most)
  if (budget < LEAST_BUDGET) return { budget: 0 }
  return { thinking: { type: 'enabled', budget_tokens: budget, ...display }, budget }
}

const LIMITS: readonly (readonly [RegExp, number])[] = [
  [/claude-3-(haiku|opus|sonnet)/, 4096],
  [/claude-3-5/, 8192],
  [/claude-opus-4(-[01])?(-\d{8})?$/, 32_000],
]

/** Claude wants a limit; where the client gives none, as much as the model can. */
export function maxTokensFor(model: string, asked: number | undefined, budget: number): number {
  if (asked !== undefined) return asked
  const limit = LIMITS.find(([pattern]) => pattern.test(model))?.[1] ?? 64_000
  return Math.max(limit, budget + 1024)
}
