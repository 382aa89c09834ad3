import { isDeepStrictEqual } from 'node:util'
import type {
  Block,
  Citation,
  FileBlock,
  FinishReason,
  Part,
  Thought,
} from '../../../domain/chat.ts'
import { totalInput, totalOutput, type Usage } from '../../../domain/usage.ts'
import { asObject, type JsonObject } from '../../../lib/json.ts'
import { withoutUndefined } from '../../compact.ts'
import type { Envelope } from '../../dialect.ts'
import { itemOfWork, joined, type WorkItem } from '../../server-work/as-items.ts'
import { fieldsOf } from '../../server-work/carried.ts'
import { workOf } from '../../server-work/work.ts'
import { isSound } from '../media.ts'

export const WIRE = 'openai_responses'

/** An id of OpenAI's kind that still says which inference it was. */
export function responseId(id: string): string {
  return `resp_${id.replaceAll('-', '')}`
}

/** Whether a response has the shape of our names; a provider may use the same. */
export function looksOwn(name: string): boolean {
  return OWN_RESPONSE.test(name)
}

/** A UUIDv7 without its dashes. */
const OWN_RESPONSE = /^resp_[0-9a-f]{12}7[0-9a-f]{3}[89ab][0-9a-f]{15}$/

export function itemId(kind: string, id: string, index: number): string {
  return `${kind}_${id.replaceAll('-', '')}${index}`
}

/** Blocks of an answer as output items. Source: OpenAI API reference, the response object. */
export function itemsOf(blocks: readonly Block[], id: string): JsonObject[] {
  const items: JsonObject[] = []
  const works = new Map<number, WorkItem>()
  let message: JsonObject[] | null = null
  let told: JsonObject = {}
  for (const block of blocks) {
    const work = workIn(block)
    if (work) {
      message = null
      addWork(items, works, work, id)
      continue
    }
    const piece = pieceOf(block)
    const own = block.type === 'text' ? fieldsOf(block, WIRE) : told
    if (piece && message && isDeepStrictEqual(own, told)) {
      message.push(piece)
      continue
    }
    const index = items.length
    if (piece) {
      message = [piece]
      told = own
      items.push({ ...messageItem(message, itemId('msg', id, index)), ...own })
      continue
    }
    const whole = itemOf(block, itemId(kindOf(block), id, index))
    if (whole.length > 0) message = null
    items.push(...whole)
  }
  return items
}

/** What a tool did that another provider ran; null where a block tells of none. */
export function workIn(block: Block | Part): WorkItem | null {
  if (block.type !== 'unknown' || block.wire === undefined || block.wire === WIRE) return null
  const data = asObject(block.data)
  const work = data ? workOf(data, block.wire) : null
  return data && work ? { work, wire: block.wire, blocks: [data] } : null
}

/** A result joins what it is of, wherever that stands. */
function addWork(
  items: JsonObject[],
  works: Map<number, WorkItem>,
  came: WorkItem,
  id: string,
): void {
  const found = [...works].findLast(([, work]) => joined(work, came) !== null)
  const [index, before] = found ?? [items.length, null]
  const work = (before && joined(before, came)) ?? came
  works.set(index, work)
  items[index] = itemOfWork(work, itemId(OWN_WORK, id, index))
}

/** How the names of such items begin. */
export const OWN_WORK = 'ws'

function messageItem(content: JsonObject[], id: string): JsonObject {
  return { id, type: 'message', status: 'completed', role: 'assistant', content }
}

function kindOf(block: Block): string {
  const { type } = block
  if (type === 'file') return kindOfFile(block)
  return type === 'thought' ? OWN_THOUGHT : 'fc'
}

/** How the name of an item begins that is but a file. */
export function kindOfFile(file: FileFacts): string {
  return isSound(file) ? 'msg' : 'ig'
}

/** How our names of thoughts begin that their provider gave none. */
export const OWN_THOUGHT = 'rs_weir'

function pieceOf(block: Block): JsonObject | null {
  switch (block.type) {
    case 'text': {
      const annotations = (block.citations ?? []).map(annotationOf)
      if (block.text === '' && annotations.length === 0) return null
      return { type: 'output_text', text: block.text, annotations, logprobs: [] }
    }
    case 'refusal':
      return { type: 'refusal', refusal: block.text }
    default:
      return null
  }
}

/** Another provider's citation is a page: what it says of places in texts is its own. */
export function annotationOf({
  raw,
  wire,
  url,
  title,
  startIndex,
  endIndex,
}: Citation): JsonObject {
  if (wire === WIRE) return raw
  return {
    type: 'url_citation',
    url: url ?? '',
    title: title ?? '',
    start_index: startIndex ?? 0,
    end_index: endIndex ?? 0,
  }
}

function itemOf(block: Block, id: string): JsonObject[] {
  switch (block.type) {
    case 'thought':
      return [reasoningItem(block, block.id ?? id)]
    case 'tool_call': {
      const { name, signature, arguments: text } = block
      const common = { id, call_id: block.id, name, status: 'completed' }
      const said = block.custom
        ? { type: 'custom_tool_call', ...common, input: text }
        : { type: 'function_call', ...common, arguments: text }
      const own = fieldsOf(block, WIRE)
      return [withoutUndefined({ ...said, thought_signature: signature, ...own })]
    }
    case 'file':
      return [fileItem(block, id)]
    case 'unknown': {
      const data = asObject(block.data)
      // Every item has a name, though its provider gave it none.
      return data && block.wire === WIRE ? [{ id, ...data }] : []
    }
    default:
      return []
  }
}

/**
 * A picture that the model made, in its provider's own words where they are of this format; or what
 * it spoke, as a message.
 */
export function fileItem(file: FileFacts, id: string): JsonObject {
  const { url, raw, wire } = file
  const result = /^data:[^,]*,(.*)$/s.exec(url)?.[1] ?? url
  if (isSound(file)) {
    return messageItem([{ type: 'output_audio', data: result, transcript: '' }], id)
  }
  const own = wire === WIRE ? raw : undefined
  return { id, type: 'image_generation_call', status: 'completed', ...own, result }
}

type FileFacts = Pick<FileBlock, 'url' | 'mimeType' | 'raw' | 'wire'>

/** What only the provider can read goes where its client brings it back from. */
export function reasoningItem(thought: Thought, id: string): JsonObject {
  const { text, summary = [], data, signature, format } = thought
  return withoutUndefined({
    id,
    type: 'reasoning',
    status: 'completed',
    summary: summary.map((paragraph) => ({ type: 'summary_text', text: paragraph })),
    content: text === null ? undefined : [{ type: 'reasoning_text', text }],
    encrypted_content: data ?? markedSignature(signature),
    signature,
    format,
  })
}

const SIGNATURE_MARK = 'signature:'

/** Programs that know only OpenAI's fields bring a signature back in this one. */
function markedSignature(signature: string | undefined): string | undefined {
  return signature === undefined ? undefined : `${SIGNATURE_MARK}${signature}`
}

/** What such a field holds: something encrypted, or a signature that we put there. */
export function readEncrypted(text: string | undefined): { data?: string; signature?: string } {
  if (text === undefined) return {}
  if (!text.startsWith(SIGNATURE_MARK)) return { data: text }
  return { signature: text.slice(SIGNATURE_MARK.length) }
}

export function encodeUsage(usage: Usage | null): JsonObject | null {
  if (!usage) return null
  const input = totalInput(usage) ?? 0
  const output = totalOutput(usage) ?? 0
  return {
    input_tokens: input,
    input_tokens_details: {
      cached_tokens: usage.cacheRead ?? 0,
      cache_write_tokens: (usage.cacheWrite ?? 0) + (usage.cacheWrite1h ?? 0),
    },
    output_tokens: output,
    output_tokens_details: { reasoning_tokens: usage.reasoning ?? 0 },
    total_tokens: input + output,
  }
}

const WHY: Partial<Record<FinishReason, string>> = {
  length: 'max_output_tokens',
  content_filter: 'content_filter',
}

/** Fields of the request that an answer repeats, and what they are when nobody gave them. */
const ECHOED: JsonObject = {
  instructions: null,
  metadata: {},
  parallel_tool_calls: true,
  temperature: null,
  tool_choice: 'auto',
  tools: [],
  top_p: null,
  max_output_tokens: null,
  previous_response_id: null,
  reasoning: { effort: null, summary: null },
  service_tier: null,
  text: { format: { type: 'text' } },
  truncation: 'disabled',
  store: true,
  user: null,
  background: false,
}

/** The response around its items; without a finish it is still under way. */
export function responseOf(
  { id, created, model, request }: Envelope,
  said: { output: JsonObject[]; finish: FinishReason | null; usage: Usage | null; ended: boolean },
): JsonObject {
  const why = WHY[said.finish ?? 'stop']
  const status = said.ended ? (why === undefined ? 'completed' : 'incomplete') : 'in_progress'
  const echoed = Object.entries(ECHOED).map(([key, usual]) => [key, request[key] ?? usual])
  return {
    id: responseId(id),
    object: 'response',
    created_at: created,
    status,
    error: null,
    incomplete_details: said.ended && why !== undefined ? { reason: why } : null,
    ...Object.fromEntries(echoed),
    access_programs: null,
    model,
    output: said.output,
    usage: encodeUsage(said.usage),
  }
}
