import { type Json, type JsonObject, parseJson } from '../lib/json.ts'
import type { Block, FileBlock, Thought } from './chat.ts'
import type { Input, InputBlock } from './input.ts'

/** What a value must be: says what is wrong with it, nothing when it fits. */
interface Schema {
  check(value: unknown): readonly string[]
}

/** Schemas of arguments by the name of the tool; null where a tool takes anything. */
export type ToolSchemas = ReadonlyMap<string, Schema | null>

/** An answer's blocks in TensorZero's words: calls checked against the tools there are. */
export function outputBlocks(
  blocks: readonly Block[],
  schemas: ToolSchemas,
  providerType: string,
): JsonObject[] {
  return blocks.map((block) => outputBlock(block, schemas, providerType))
}

function outputBlock(block: Block, schemas: ToolSchemas, providerType: string): JsonObject {
  switch (block.type) {
    case 'text':
    case 'refusal':
      return { type: 'text', text: block.text }
    case 'tool_call':
      return { type: 'tool_call', ...checkedCall(block, schemas) }
    case 'thought':
      return thoughtJson({ providerType, ...block })
    case 'unknown':
      return { type: 'unknown', data: block.data }
    case 'file':
      return fileJson(block)
    case 'tool_result':
      return { type: 'tool_result', id: block.id, name: block.name, result: block.result }
  }
}

/** `name` is null where no such tool was offered, `arguments` where they are not what it takes. */
export function checkedCall(
  call: { readonly id: string; readonly name: string; readonly arguments: string },
  schemas: ToolSchemas,
): JsonObject {
  const known = schemas.has(call.name)
  const schema = schemas.get(call.name)
  const parsed = parseJson(call.arguments)
  const fits = known && parsed !== undefined && (schema?.check(parsed).length ?? 0) === 0
  return {
    id: call.id,
    raw_name: call.name,
    raw_arguments: call.arguments,
    name: known ? call.name : null,
    arguments: fits ? parsed : null,
  }
}

export function thoughtJson(thought: Thought): JsonObject {
  const { text, signature, summary, providerType } = thought
  const extra = extraOf(thought)
  return {
    type: 'thought',
    text,
    ...(signature !== undefined && { signature }),
    ...(summary && { summary: summary.map((each) => ({ type: 'summary_text', text: each })) }),
    ...(providerType !== undefined && { provider_type: providerType }),
    ...(extra && { extra_data: extra }),
  }
}

/** What TensorZero has no field for, so that it comes back with the thought. */
function extraOf({ data, id, format, details }: Thought): JsonObject | undefined {
  const extra: JsonObject = {
    ...(data !== undefined && { data }),
    ...(id !== undefined && { id }),
    ...(format !== undefined && { format }),
    ...(details && { reasoning_details: [...details] }),
  }
  return Object.keys(extra).length > 0 ? extra : undefined
}

function fileJson(file: FileBlock): JsonObject {
  const { url, fileId, mimeType, filename, detail, storagePath, sourceUrl } = file
  const common = {
    ...(mimeType !== undefined && { mime_type: mimeType }),
    ...(filename !== undefined && { filename }),
    ...(detail !== undefined && { detail }),
  }
  const inline = /^data:([^;,]+);base64,(.*)$/s.exec(url)
  if (storagePath) {
    const { kind, path } = storagePath
    const type = mimeType ?? inline?.[1] ?? ''
    const place = { source_url: sourceUrl ?? null, mime_type: type, storage_path: { kind, path } }
    return { type: 'file', file_type: 'object_storage_pointer', ...common, ...place }
  }
  if (inline) {
    return {
      type: 'file',
      file_type: 'base64',
      mime_type: inline[1] ?? '',
      ...common,
      data: inline[2] ?? '',
    }
  }
  return { type: 'file', file_type: 'url', url: url === '' ? (fileId ?? '') : url, ...common }
}

/** A json function's answer: its last text, what that means, and what else was said. */
export interface JsonOutput {
  readonly raw: string | null
  /** Null where the text is no JSON, or not what the schema wants. */
  readonly parsed: Json
  readonly auxiliary: readonly Block[]
}

export function jsonOutput(blocks: readonly Block[], schema: Schema | null): JsonOutput {
  const place = blocks.findLastIndex(({ type }) => type === 'text')
  const block = blocks[place]
  const raw = block?.type === 'text' ? block.text : null
  const value = raw === null ? undefined : parseJson(raw)
  const fits = value !== undefined && (schema?.check(value).length ?? 0) === 0
  return {
    raw,
    parsed: fits ? value : null,
    auxiliary: blocks.filter((_, index) => index !== place),
  }
}

/** A function's input in TensorZero's words, for the record and for in-context examples. */
export function inputJson({ system, messages }: Input): JsonObject {
  return {
    ...(system !== undefined && { system }),
    messages: messages.map(({ role, content }) => ({ role, content: content.map(storedBlock) })),
  }
}

/** A block as it is stored, of an input or of what a model said: nothing is checked. */
export function storedBlock(block: InputBlock): JsonObject {
  switch (block.type) {
    case 'template':
      return { type: 'template', name: block.name, arguments: block.arguments }
    case 'raw_text':
      return { type: 'raw_text', value: block.value }
    case 'tool_call':
      return { type: 'tool_call', id: block.id, name: block.name, arguments: block.arguments }
    case 'thought':
      return thoughtJson(block)
    case 'unknown': {
      const { data, modelName, providerName } = block
      return {
        type: 'unknown',
        data,
        ...(modelName !== undefined && { model_name: modelName }),
        ...(providerName !== undefined && { provider_name: providerName }),
      }
    }
    default:
      return outputBlock(block, new Map(), '')
  }
}
