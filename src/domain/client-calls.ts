import { asObject, asString, type JsonObject } from '../lib/json.ts'

/**
 * Whether what looks like a call for the client is done already: searches of X are told as calls of
 * tools, by such names, and nobody answers them.
 */
export function isDoneCall(callId: string | undefined): boolean {
  return callId?.startsWith('xs_') === true
}

/**
 * Whether an item of a response, no call of a tool the client described, waits for the client all
 * the same. Source: OpenAI API reference, the items of a response's `output`.
 */
export function asksClient(item: JsonObject): boolean {
  const type = asString(item['type']) ?? ''
  // OpenAI's own shells and searches are told alike. A shell without a place is of the time before.
  const environment = asObject(item['environment'])
  if (type === 'shell_call') return environment?.['type'] !== 'container_reference'
  if (type === 'tool_search_call') return item['execution'] === 'client'
  return ASKS.has(type)
}

const ASKS: ReadonlySet<string> = new Set([
  'computer_call',
  'local_shell_call',
  'apply_patch_call',
  'mcp_approval_request',
])
