import type { Block, FileBlock, Thought } from '../../domain/chat.ts'
import { GatewayError } from '../../domain/errors.ts'
import type { Input, InputBlock } from '../../domain/input.ts'
import { asObject, asString, type JsonObject, objectsIn } from '../../lib/json.ts'
import { compact } from '../compact.ts'

interface Given {
  readonly system?: string | JsonObject | null | undefined
  readonly messages: readonly {
    readonly role: 'user' | 'assistant'
    readonly content: string | readonly JsonObject[]
  }[]
}

/** TensorZero's `input` in our nouns. Throws `GatewayError` (400) for blocks it does not know. */
export function decodeInput({ system, messages }: Given): Input {
  return {
    ...(system !== null && system !== undefined && { system }),
    messages: messages.map(({ role, content }, index) => ({
      role,
      content:
        typeof content === 'string'
          ? [{ type: 'text', text: content }]
          : content.map((block) => decodeBlock(block, role, `input.messages[${index}]`)),
    })),
  }
}

function decodeBlock(block: JsonObject, role: string, place: string): InputBlock {
  const type = asString(block['type'])
  switch (type) {
    case 'text':
      return decodeText(block, role, place)
    case 'template':
      return {
        type,
        name: need(block, 'name', place),
        arguments: asObject(block['arguments']) ?? {},
      }
    case 'raw_text':
      return { type, value: need(block, 'value', place) }
    case 'tool_call':
      return decodeCall(block, place)
    case 'tool_result': {
      const name = need(block, 'name', place)
      return { type, id: need(block, 'id', place), name, result: need(block, 'result', place) }
    }
    case 'thought':
      return decodeThought(block)
    case 'file':
    case 'image':
      return decodeFile(block, place)
    case 'unknown': {
      const names = { modelName: block['model_name'], providerName: block['provider_name'] }
      const modelName = asString(names.modelName)
      const providerName = asString(names.providerName)
      return { type, data: block['data'] ?? null, ...compact({ modelName, providerName }) }
    }
    default:
      throw refuse(`${place}: unknown content block type \`${type ?? ''}\``)
  }
}

function decodeText(block: JsonObject, role: string, place: string): InputBlock {
  const text = asString(block['text'])
  const args = asObject(block['arguments'])
  if ((text === undefined) === (args === undefined)) {
    throw refuse(`${place}: a text block has either \`text\` or \`arguments\``)
  }
  return args
    ? { type: 'template', name: role, arguments: args }
    : { type: 'text', text: text ?? '' }
}

/** Calls come back as they were given out (`raw_name`), or in short. */
function decodeCall(block: JsonObject, place: string): Block {
  const args = block['raw_arguments'] ?? block['arguments'] ?? ''
  return {
    type: 'tool_call',
    id: need(block, 'id', place),
    name: asString(block['raw_name']) ?? need(block, 'name', place),
    arguments: typeof args === 'string' ? args : JSON.stringify(args),
  }
}

function decodeThought(block: JsonObject): Thought {
  const extra = asObject(block['extra_data'])
  const details = objectsIn(extra?.['reasoning_details'])
  const summary = objectsIn(block['summary']).flatMap((piece) => asString(piece['text']) ?? [])
  return {
    type: 'thought',
    text: asString(block['text']) ?? null,
    ...compact({
      signature: asString(block['signature']),
      summary: summary.length > 0 ? summary : undefined,
      providerType: asString(block['provider_type']),
      data: asString(extra?.['data']),
      id: asString(extra?.['id']),
      format: asString(extra?.['format']),
      details: details.length > 0 ? details : undefined,
    }),
  }
}

function decodeFile(block: JsonObject, place: string): FileBlock {
  const mimeType = asString(block['mime_type'])
  const data = asString(block['data'])
  const url = asString(block['url'])
  if (data === undefined && url === undefined) {
    throw refuse(`${place}: a file block needs \`url\` or \`data\``)
  }
  if (data !== undefined && mimeType === undefined) {
    throw refuse(`${place}: a file block with \`data\` needs \`mime_type\``)
  }
  return {
    type: 'file',
    url: data === undefined ? (url ?? '') : `data:${mimeType};base64,${data}`,
    ...compact({
      mimeType,
      filename: asString(block['filename']),
      detail: asString(block['detail']),
    }),
  }
}

function need(block: JsonObject, field: string, place: string): string {
  const value = asString(block[field])
  if (value !== undefined) return value
  throw refuse(`${place}: missing field \`${field}\``)
}

function refuse(message: string): GatewayError {
  return new GatewayError('invalid_request', message, { param: 'input' })
}
