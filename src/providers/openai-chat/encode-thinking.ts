import type { Reasoning, ResponseFormat } from '../../domain/chat.ts'
import type { Json } from '../../lib/json.ts'
import type { Leftovers } from '../leftovers.ts'
import type { Quirks } from '../provider.ts'
import { withoutUndefined } from './fields.ts'

type Fields = Record<string, Json | undefined>

/** How a provider is told to think, in its own words. */
export function encodeReasoning(
  reasoning: Reasoning | undefined,
  quirks: Quirks,
  left: Leftovers,
): Fields {
  if (!reasoning) return {}
  const { effort, budgetTokens, enabled } = reasoning
  const off = effort === 'none' || budgetTokens === 0 || enabled === false
  switch (quirks.thinking ?? 'reasoning_effort') {
    case 'reasoning':
      return { reasoning: off ? { effort: 'none' } : asObject(effort, budgetTokens) }
    case 'thinking':
      if (budgetTokens !== undefined && budgetTokens > 0) left.add('the budget for thinking')
      return {
        thinking: { type: off ? 'disabled' : 'enabled' },
        reasoning_effort: off ? undefined : effort,
      }
    case 'none':
      if (!off) left.add('the wish for reasoning')
      return {}
    case 'reasoning_effort':
      return { reasoning_effort: off ? 'none' : (effort ?? effortOf(budgetTokens)) }
  }
}

/** OpenRouter's object. */
function asObject(effort: string | undefined, budgetTokens: number | undefined): Json {
  if (effort !== undefined) return { effort }
  const wanted = budgetTokens !== undefined && budgetTokens > 0
  return wanted ? { max_tokens: budgetTokens } : { enabled: true }
}

/** A number of tokens in the words of providers that know only words. */
function effortOf(budgetTokens: number | undefined): string | undefined {
  if (budgetTokens === undefined || budgetTokens < 0) return undefined
  if (budgetTokens <= 2048) return 'low'
  return budgetTokens <= 16_384 ? 'medium' : 'high'
}

/** JSON modes: not every provider knows schemas, and some have another place for them. */
export function encodeFormat(
  format: ResponseFormat | undefined,
  quirks: Quirks,
  left: Leftovers,
): Fields {
  if (!format) return {}
  const kind = quirks.json ?? 'json_schema'
  if (kind === 'none') {
    if (format.type !== 'text') left.add('`response_format`')
    return {}
  }
  if (format.type !== 'json_schema') return { response_format: { type: format.type } }
  const { schema, name = 'response', description, strict } = format
  switch (kind) {
    case 'json_schema': {
      const json_schema = withoutUndefined({ name, description, schema, strict })
      return { response_format: { type: 'json_schema', json_schema } }
    }
    case 'json_object_schema':
      return { response_format: withoutUndefined({ type: 'json_object', schema }) }
    case 'guided_json':
      return schema === undefined ? JSON_ALONE : { guided_json: schema }
    case 'json_object':
      if (schema !== undefined) left.add('the JSON schema (only JSON itself is asked for)')
      return JSON_ALONE
  }
}

const JSON_ALONE: Fields = { response_format: { type: 'json_object' } }
