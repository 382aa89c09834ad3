import { asArray, asObject, asString, type JsonObject } from '../../../src/lib/json.ts'
import type { Facts } from '../facts.ts'

export type Event = { readonly name: string; readonly body: JsonObject }

export const text = (value: unknown) => (typeof value === 'string' ? value : '')

export function errorOf(body: JsonObject): Facts['error'] {
  const error = asObject(body['error'])
  const said = error ?? body
  const lists = [body['error'], body['detail'], body['errors']]
  const first = asArray(lists.find((list) => asArray(list).length > 0))[0]
  const words = text(first) || text(asObject(first)?.['msg']) || text(asObject(first)?.['message'])
  const inner = asString(said['message']) ?? asString(said['Message']) ?? asString(body['error'])
  return { status: null, message: inner ?? (words || text(body['detail'])) }
}

/** xAI's own searches of X look like calls for the client, and are done already. */
export function isSearchOfX(item: JsonObject): boolean {
  return text(item['call_id']).startsWith('xs_')
}

/** What tools of OpenAI's ask of the client, by the name that the documents give each tool. */
const TOOLS: Readonly<Record<string, string>> = {
  computer_call: 'computer',
  local_shell_call: 'local_shell',
  shell_call: 'shell',
  apply_patch_call: 'apply_patch',
  mcp_approval_request: 'mcp_approval_request',
  tool_search_call: 'tool_search',
}

/** What a client must know to answer. */
const QUESTION = ['action', 'actions', 'pending_safety_checks', 'operation', 'server_label', 'name']

/** The call that an item is which waits for the client; none where OpenAI runs the tool itself. */
export function askedIn(item: JsonObject): { id: string; name: string; text: string }[] {
  const name = TOOLS[text(item['type'])]
  const hosted =
    asObject(item['environment'])?.['type'] === 'container_reference' ||
    (name === 'tool_search' && item['execution'] !== 'client')
  if (name === undefined || hosted) return []
  const asked = Object.fromEntries(QUESTION.map((key) => [key, item[key]]))
  const args = asString(item['arguments'])
  const said = args === undefined ? item['arguments'] : (JSON.parse(args) as unknown)
  return [
    {
      id: text(item['call_id']) || text(item['id']),
      name,
      text: JSON.stringify({ ...asked, arguments: said }),
    },
  ]
}

export function addSecrets(facts: Facts, values: readonly unknown[]): void {
  for (const value of values) {
    if (typeof value === 'string' && value !== '') facts.secrets.push(value)
  }
}
