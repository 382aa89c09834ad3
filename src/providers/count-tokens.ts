import { UNKNOWN_USAGE } from '../domain/usage.ts'
import { asNumber } from '../lib/json.ts'
import type { Wire } from './provider.ts'

type Own = Pick<Wire, 'name' | 'path' | 'namesModel' | 'error' | 'tidied'>

/** A format that says how many tokens a conversation has, in one field of its answer. */
export function countingWire(own: Own, field: string): Wire {
  return {
    ...own,
    endMarks: [],
    parts: (body) => {
      const input = asNumber(body[field]) ?? null
      return [
        { type: 'raw', level: 'response', fields: body },
        { type: 'usage', usage: { ...UNKNOWN_USAGE, input }, raw: body },
      ]
    },
    decoder: () => ({ done: false, push: () => [] }),
  }
}
