import type { Reasoning } from '../../domain/chat.ts'
import type { Leftovers } from '../leftovers.ts'
import { thinkingSwitch } from '../thinking-switch.ts'

/** Whether to think; models of one family are told how hard instead. */
export function encodeThink(
  reasoning: Reasoning | undefined,
  model: string,
  leftovers: Leftovers,
): boolean | string | undefined {
  if (!reasoning) return undefined
  const { effort, budgetTokens, summary } = reasoning
  if (summary !== undefined) leftovers.add('the summary of the reasoning')
  const on = thinkingSwitch(reasoning)
  if (on !== true) return on
  if (budgetTokens !== undefined && budgetTokens > 0) leftovers.add('the reasoning budget')
  if (effort === undefined) return true
  if (takesLevels(model)) return LEVELS.get(effort) ?? 'medium'
  leftovers.add(`the reasoning effort \`${effort}\`: this model only knows on and off`)
  return true
}

/** Other models refuse levels. Source: Ollama documentation, "Thinking". */
function takesLevels(model: string): boolean {
  return /gpt-?oss/i.test(model)
}

const LEVELS: ReadonlyMap<string, string> = new Map([
  ['minimal', 'low'],
  ['low', 'low'],
  ['high', 'high'],
  ['xhigh', 'high'],
  ['max', 'high'],
])
