import type { Schema } from '../../config/functions.ts'
import type { Json } from '../../lib/json.ts'

/** A schema that has the model think in words before it answers in the given one. */
export function thinkingSchema(schema: Schema | null): Json {
  return {
    type: 'object',
    properties: {
      thinking: { type: 'string', description: 'Your reasoning, step by step.' },
      response: schema?.json ?? {},
    },
    required: ['thinking', 'response'],
    additionalProperties: false,
  }
}
