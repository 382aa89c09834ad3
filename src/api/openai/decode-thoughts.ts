import type { Thought } from '../../domain/chat.ts'
import { groupDetails } from '../../domain/details.ts'
import { asString, type JsonObject, objectsIn } from '../../lib/json.ts'
import { compact } from '../compact.ts'

/**
 * The reasoning that a client brings back in an assistant's message. Each piece with a signature,
 * or data that only the provider can read, is a thought of its own: nobody may join two of them.
 */
export function decodeThoughts(message: JsonObject): Thought[] {
  const details = objectsIn(message['reasoning_details'])
  const plain = asString(message['reasoning_content']) || asString(message['reasoning'])
  if (details.length === 0) return plain ? [{ type: 'thought', text: plain }] : []
  const thoughts = groupDetails(details).map(thoughtOf)
  const silent = thoughts.every(({ text, summary }) => text === null && summary === undefined)
  const [first, ...rest] = thoughts
  return silent && plain && first ? [{ ...first, text: plain }, ...rest] : thoughts
}

function thoughtOf(details: readonly JsonObject[]): Thought {
  const said = (key: string) => details.flatMap((detail) => asString(detail[key]) ?? [])
  const texts = said('text')
  const summary = said('summary')
  return {
    type: 'thought',
    text: texts.length > 0 ? texts.join('') : null,
    ...compact({
      signature: said('signature').at(-1),
      data: said('data').at(-1),
      summary: summary.length > 0 ? summary : undefined,
      id: said('id').at(0),
      format: said('format').at(-1),
    }),
    details,
  }
}
