import type { Block, Message, ToolResultBlock } from '../../domain/chat.ts'
import { asObject, asString, type JsonObject, objectsIn, parseJson } from '../../lib/json.ts'

const WIRE = 'openai_responses'

/** What a provider's own tool asks of the client: others' clients know it as a call to be answered. */
export interface Asked {
  readonly id: string
  readonly name: string
  readonly input: JsonObject
}

/**
 * Reads an item that its client is to answer, in words or pictures; null where it is none, as what a
 * provider runs itself. Source: OpenAI API reference, the items of a response's `output`.
 */
export function askedOf(data: JsonObject, wire: string): Asked | null {
  const type = asString(data['type']) ?? ''
  if (wire !== WIRE || !ASKS.has(type)) return null
  const { environment, call_id: call, id } = data
  if (type === 'shell_call' && asObject(environment)?.['type'] !== 'local') return null
  const told = INPUT.flatMap((key) => (data[key] === undefined ? [] : [[key, data[key]] as const]))
  const input: JsonObject = Object.fromEntries(told)
  const { arguments: text } = data
  if (typeof text === 'string') input['arguments'] = parseJson(text) ?? text
  return { id: asString(call) ?? asString(id) ?? '', name: type.replace(/_call$/, ''), input }
}

const ASKS: ReadonlySet<string> = new Set([
  'computer_call',
  'shell_call',
  'local_shell_call',
  'apply_patch_call',
  'mcp_approval_request',
])

/** Of such an item, what the client must know to answer. */
const INPUT = [
  'action',
  'actions',
  'pending_safety_checks',
  'operation',
  'server_label',
  'name',
  'arguments',
]

/** A conversation in which what clients answered to such items is in their provider's words again. */
export function withAnswers(messages: readonly Message[]): Message[] {
  const open: { readonly asked: Asked; readonly item: JsonObject }[] = []
  const called = new Set<string>()
  const answered = (block: Block): Block => {
    if (block.type === 'unknown' && block.wire === WIRE) {
      const item = asObject(block.data)
      const asked = item && askedOf(item, WIRE)
      if (asked) open.push({ asked, item })
      return block
    }
    if (block.type === 'tool_call') called.add(block.id)
    if (block.type !== 'tool_result' || called.has(block.id)) return block
    // Some clients name the tool alone.
    const byId = open.findIndex(({ asked }) => asked.id === block.id)
    const at = byId >= 0 ? byId : open.findIndex(({ asked }) => asked.name === block.name)
    const [found] = at >= 0 ? open.splice(at, 1) : []
    return found ? { type: 'unknown', data: answerTo(found.item, block), wire: WIRE } : block
  }
  return messages.map(({ role, content }) => ({ role, content: content.map(answered) }))
}

function answerTo(item: JsonObject, answer: ToolResultBlock): JsonObject {
  const { result, isError: failed = false } = answer
  const { call_id = null, id = null } = item
  switch (item['type']) {
    case 'computer_call': {
      const checks = objectsIn(item['pending_safety_checks'])
      return {
        type: 'computer_call_output',
        call_id,
        output: { type: 'computer_screenshot', ...screenIn(answer) },
        // Who goes on has been told of them.
        ...(checks.length > 0 && { acknowledged_safety_checks: checks }),
      }
    }
    case 'shell_call': {
      const outcome = { type: 'exit', exit_code: failed ? 1 : 0 }
      const output = { stdout: failed ? '' : result, stderr: failed ? result : '', outcome }
      return { type: 'shell_call_output', call_id, output: [output] }
    }
    case 'local_shell_call':
      return { type: 'local_shell_call_output', id: call_id, output: result }
    case 'apply_patch_call': {
      const status = failed ? 'failed' : 'completed'
      return { type: 'apply_patch_call_output', call_id, status, output: result }
    }
    default: {
      const approve = !failed && YES.test(result)
      const common = { type: 'mcp_approval_response', approval_request_id: id, approve }
      return approve ? common : { ...common, reason: result }
    }
  }
}

/** Leave is given in so many words, or not at all. */
const YES = /^\W*(?:true|yes|ok|allow(?:ed)?|approved?)\b(?!"?\s*:)|"approved?"\s*:\s*true\b/i

function screenIn({ content = [], result }: ToolResultBlock): JsonObject {
  const file = content.find((piece) => piece.type === 'file')
  if (file?.fileId !== undefined) return { file_id: file.fileId }
  return { image_url: file?.url ?? result }
}
