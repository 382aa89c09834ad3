import type { Reasoning } from '../domain/chat.ts'

/** Whether a model is told to think, for wires that know on and off; undefined: nobody said. */
export function thinkingSwitch({ effort, budgetTokens, enabled }: Reasoning): boolean | undefined {
  if (effort === 'none' || budgetTokens === 0 || enabled === false) return false
  const said = effort !== undefined || budgetTokens !== undefined || enabled !== undefined
  return said ? true : undefined
}
