import { asString, type JsonObject, objectsIn } from '../../lib/json.ts'

/**
 * The messages of a choice that has several, because its provider ran tools in between: calls that
 * have their result are done, and the results are nobody's answer. Source: Mistral docs,
 * "Connectors in Chat Completions".
 */
export function turnsIn({ messages }: JsonObject): JsonObject[] {
  const all = objectsIn(messages)
  const done = new Set(all.flatMap(({ tool_call_id: id }) => asString(id) ?? []))
  return all
    .filter(({ role }) => role !== 'tool')
    .map(({ tool_calls: calls, ...message }) => {
      const open = objectsIn(calls).filter(({ id }) => !done.has(asString(id) ?? ''))
      return Object.assign(message, { tool_calls: open })
    })
}
