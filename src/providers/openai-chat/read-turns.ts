import { asObject, asString, type JsonObject, objectsIn } from '../../lib/json.ts'

/**
 * The messages of a choice that has several, because its provider ran tools in between: calls that
 * have their result are done, and stand with it. Source: Mistral docs, "Connectors in Chat
 * Completions".
 */
export function turnsIn({ messages }: JsonObject): JsonObject[] {
  const all = objectsIn(messages)
  const done = new Set(all.flatMap(({ tool_call_id: id }) => asString(id) ?? []))
  const calls = all.flatMap(({ tool_calls: own }) => objectsIn(own))
  return all.map(({ tool_calls: own, ...message }) => {
    if (message['role'] === 'tool') {
      const call = calls.find(({ id }) => id === message['tool_call_id'])
      return Object.assign({ ...asObject(call?.['function']) }, message)
    }
    const open = objectsIn(own).filter(({ id }) => !done.has(asString(id) ?? ''))
    return Object.assign(message, { tool_calls: open })
  })
}
