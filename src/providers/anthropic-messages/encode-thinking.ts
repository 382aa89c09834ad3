import type { ChatParams, Reasoning } from '../../domain/chat.ts'
import type { JsonObject } from '../../lib/json.ts'
import type { Leftovers } from '../leftovers.ts'
import { factsOf, type ModelFacts } from './models.ts'

interface Thinking {
  readonly thinking?: JsonObject
  readonly output_config?: JsonObject
  /** Tokens that the output limit must leave room for. */
  readonly budget: number
}

/** What decides on the thoughts. */
interface Asked {
  readonly facts: ModelFacts
  readonly maxTokens: number | undefined
  readonly display: JsonObject
  readonly left: Leftovers
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
const NO_THOUGHTS: Thinking = { budget: 0 }

/** How Claude is told to think. Source: Claude docs, "Extended thinking", "Adaptive thinking", "Effort". */
export function encodeThinking(params: ChatParams, model: string, left: Leftovers): Thinking {
  const { reasoning, maxTokens, toolChoice } = params
  if (!reasoning) return NO_THOUGHTS
  const facts = factsOf(model)
  const { summary } = reasoning
  const display = summary === 'summarized' || summary === 'omitted' ? { display: summary } : {}
  if (isOff(reasoning)) return off(facts, left)
  const asked = { facts, maxTokens, display, left }
  const thinking = on(reasoning, asked)
  if (!thinking.thinking || toolChoice?.mode !== 'required' || facts.alwaysThinks) return thinking
  left.add('`reasoning` (Claude does not think where it must call a tool)')
  return thinking.output_config ? { output_config: thinking.output_config, budget: 0 } : NO_THOUGHTS
}

/** Whether it thinks: then it refuses sampling parameters. */
export function thinks({ thinking }: Thinking): boolean {
  return thinking !== undefined && thinking['type'] !== 'disabled'
}

function isOff({ enabled, effort, budgetTokens }: Reasoning): boolean {
  return enabled === false || effort === 'none' || budgetTokens === 0
}

function off({ alwaysThinks }: ModelFacts, left: Leftovers): Thinking {
  if (!alwaysThinks) return { thinking: { type: 'disabled' }, budget: 0 }
  left.add('`reasoning` (this model always thinks)')
  return NO_THOUGHTS
}

function on({ effort, budgetTokens = -1, enabled }: Reasoning, asked: Asked): Thinking {
  const { facts, display, left } = asked
  if (budgetTokens > 0 && !facts.adaptiveOnly) return withBudget(budgetTokens, asked)
  if (!facts.adaptive && enabled !== 'adaptive') {
    return withBudget(BUDGETS[effort ?? 'medium'] ?? LEAST_BUDGET, asked)
  }
  if (budgetTokens > 0) left.add('the number of tokens to think with (an effort stands for it)')
  const told = effort ?? (budgetTokens > 0 ? effortFor(budgetTokens) : undefined)
  const config = told === undefined ? {} : { output_config: { effort: wordFor(told, facts) } }
  return { thinking: { type: 'adaptive', ...display }, ...config, budget: 0 }
}

/** The effort whose budget comes nearest from below. */
function effortFor(budget: number): string {
  const efforts = ['high', 'medium', 'low'] as const
  return efforts.find((effort) => budget >= (BUDGETS[effort] ?? 0)) ?? 'low'
}

/** `xhigh` came with the models that are told an effort alone. */
function wordFor(effort: string, { adaptiveOnly }: ModelFacts): string {
  if (effort === 'minimal') return 'low'
  return effort === 'xhigh' && !adaptiveOnly ? 'high' : effort
}

/** A budget must be smaller than the output limit, and leave some of it for the answer. */
function withBudget(asked: number, { maxTokens = Infinity, display, left }: Asked): Thinking {
  if (maxTokens <= LEAST_BUDGET) {
    left.add(`\`reasoning\` (\`max_tokens\` leaves less than ${LEAST_BUDGET} tokens for it)`)
    return NO_THOUGHTS
  }
  const fitting = asked < maxTokens ? asked : Math.floor(maxTokens * 0.8)
  const budget = Math.max(fitting, LEAST_BUDGET)
  return { thinking: { type: 'enabled', budget_tokens: budget, ...display }, budget }
}

/** Claude wants a limit; where the client gives none, as much as the model can. */
export function maxTokensFor(model: string, asked: number | undefined, budget: number): number {
  return asked ?? Math.max(factsOf(model).maxTokens, budget + LEAST_BUDGET)
}
