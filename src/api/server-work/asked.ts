import type { Block, Message, Part, ToolResultBlock } from '../../domain/chat.ts'
import { asksClient } from '../../domain/client-calls.ts'
import { asObject, asString, type JsonObject, objectsIn, parseJson } from '../../lib/json.ts'

const WIRE = 'openai_responses'

/** What a provider's own tool asks of the client: others' clients know it as a call to be answered. */
export interface Asked {
  readonly id: string
  readonly name: string
  readonly input: JsonObject
}

/** Reads an item that its client is to answer, in words or pictures; null where it is none. */
export function askedOf(data: JsonObject, wire: string): Asked | null {
  if (wire !== WIRE || !asksClient(data)) return null
  const { type, call_id: call, id } = data
  const told = INPUT.flatMap((key) => (data[key] === undefined ? [] : [[key, data[key]] as const]))
  const input: JsonObject = Object.fromEntries(told)
  const { arguments: text } = data
  if (typeof text === 'string') input['arguments'] = parseJson(text) ?? text
  const name = (asString(type) ?? '').replace(/_call$/, '')
  return { id: asString(call) ?? asString(id) ?? '', name, input }
}

/** Adds to each such item the call that clients of chat completions know it as. */
export class AskedCalls {
  /** Below all numbers that providers give to calls. */
  #next = -1

  addTo(parts: readonly Part[]): Part[] {
    return parts.flatMap((part): Part[] => {
      const asked = part.type === 'unknown' ? askedOf(part.data, part.wire) : null
      if (!asked) return [part]
      const { id, name, input } = asked
      const index = this.#next--
      const text = JSON.stringify(input)
      return [part, { type: 'tool_call', index, id, name }, { type: 'tool_arguments', index, text }]
    })
  }
}

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
  const open: Open[] = []
  const called = new Set<string>()
  const answered = (block: Block): Block => {
    const told = openIn(block)
    if (told) open.push(told)
    if (block.type === 'tool_call') called.add(block.id)
    if (block.type !== 'tool_result' || called.has(block.id)) return block
    // Some clients name the tool alone.
    const byId = open.findIndex(({ asked }) => asked.id === block.id)
    const at = byId >= 0 ? byId : open.findIndex(({ asked }) => asked.name === block.name)
    const [found] = at >= 0 ? open.splice(at, 1) : []
    return found ? { type: 'unknown', data: answerTo(found.item, block), wire: WIRE } : block
  }
  return messages.map(({ role, content }) => {
    return { role, content: withoutRepeatedCalls(content).map(answered) }
  })
}

interface Open {
  readonly asked: Asked
  readonly item: JsonObject
}

/** Of what came back in `tensorzero_extra_content` nobody says by which wire it had come. */
function openIn(block: Block): Open | null {
  if (block.type !== 'unknown' || (block.wire ?? WIRE) !== WIRE) return null
  const item = asObject(block.data)
  const asked = item && askedOf(item, WIRE)
  return asked ? { asked, item } : null
}

/** Where an item came back itself, the call it was told as says it twice. */
function withoutRepeatedCalls(content: readonly Block[]): readonly Block[] {
  const ids = new Set(content.map((block) => openIn(block)?.asked.id))
  return content.filter((block) => block.type !== 'tool_call' || !ids.has(block.id))
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
    case 'tool_search_call': {
      const found = parseJson(result)
      const tools = objectsIn(asObject(found)?.['tools'] ?? found)
      const common = { type: 'tool_search_output', call_id, execution: 'client' }
      return { ...common, status: failed ? 'incomplete' : 'completed', tools }
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
