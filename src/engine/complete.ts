import type { Block, ChatRequest, Message } from '../domain/chat.ts'
import { Collector } from '../domain/collect.ts'
import { costOf } from '../domain/cost.ts'
import { firstCost } from '../domain/prices/cost-source.ts'
import type { Priced } from '../domain/prices/price-of.ts'
import { type AttemptRecord, type InferenceRecord, PREVIEW_LENGTH } from '../domain/record.ts'
import { addUsage, NO_USAGE, silent, UNKNOWN_USAGE, type Usage } from '../domain/usage.ts'
import { asObject, type JsonObject, parseJson } from '../lib/json.ts'
import type { Wire, WireName } from '../providers/provider.ts'
import type { AttemptDraft, Draft } from './draft.ts'
import { isFor } from './functions/chat-request.ts'
import { DEFAULT_FUNCTION } from './functions/default-function.ts'
import type { Rendered } from './functions/render.ts'
import type { Told } from './functions/told.ts'
import { requestText, responseText, utf8 } from './kept-text.ts'
import { readResponse, type ReadResponse } from './read-response.ts'
import { sentResponseId } from './sent-response.ts'

/** What the store thread needs to read bodies: handed in, because dialects live upstairs. */
export interface Readers {
  /** By the dialect's name. Must not throw. */
  readonly request: (dialect: string, body: JsonObject) => ChatRequest
  readonly wire: (name: WireName) => Wire
  readonly price: TablePricing
}

/** What the price table says, in nano-US-dollars; null: it does not know. */
export type TablePricing = (priced: Priced) => number | null

/**
 * A draft as the record it makes: bodies become text, messages, blocks, usage and cost. Runs on the
 * store thread, and never throws: what cannot be read is kept raw.
 */
export function completeRecord(draft: Draft, readers: Readers): InferenceRecord {
  const rawRequest = utf8(draft.body)
  const json = asObject(parseJson(rawRequest)) ?? {}
  const told = toldIn(draft)
  const chat = told ? renderedOf(draft) : readers.request(draft.dialect, json)
  const read = draft.attempts.map((attempt) => readAttempt(attempt, readers, { ...draft, json }))
  const last = read[draft.answering] ?? NO_ATTEMPT
  const output = told ? told.output : last.output
  return {
    ...factsOfDraft(draft),
    responseId: draft.kept ? sentResponseId(draft, last.json()) : null,
    functionName: told?.functionName ?? DEFAULT_FUNCTION,
    variantName: told?.variantName ?? draft.model ?? draft.requestedModel,
    finish: last.record.finish,
    usage: told ? sumOfUsage(read.map(({ record }) => record)) : last.record.usage,
    costNano: sumOfCosts(read.map(({ record }) => record.costNano)),
    attempts: read.map(({ record }) => record),
    input: chat.messages,
    tools: json['tools'] ?? null,
    params: paramsOf(json),
    output,
    native: told?.native ?? null,
    rawRequest,
    inputPreview: inputPreview(chat),
    outputPreview: textPreview(output),
  }
}

/** Without what the rest was read from. */
function factsOfDraft(draft: Draft) {
  const {
    body: _body,
    attempts: _attempts,
    told: _told,
    answering: _is,
    kept: _kept,
    ...facts
  } = draft
  return facts
}

/** What a function's answer says of itself: made by the main thread (`toldOf`). */
function toldIn({ told }: Draft): Told | null {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- written by `Trace.draft`
  return told === null ? null : (JSON.parse(told) as Told)
}

/** What the model was told, rather than what the function was given. */
function renderedOf({ attempts, answering }: Draft): ChatRequest {
  const attempt = attempts[answering]
  const messages = attempt?.input ? messagesOf(attempt.input, attempt) : []
  return { messages, tools: [], params: {}, extra: {} }
}

/** Without the blocks that were for others. */
function messagesOf(input: string, attempt: AttemptDraft): Message[] {
  const { model, provider: name, providerType: type, relays } = attempt
  const place = { model, name, type, ...(relays && { relays }) }
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- written by `inputOfCall`
  const { system, messages } = JSON.parse(input) as Rendered
  const told = messages.map(({ role, content }) => {
    return { role, content: content.filter((block) => isFor(block, place)) }
  })
  if (system === null) return told
  return [{ role: 'system', content: [{ type: 'text', text: system }] }, ...told]
}

/** What all answers that came to their end used together. */
export function sumOfUsage(attempts: readonly AttemptRecord[]): Usage | null {
  const used = attempts.filter(({ error }) => error === null).map(({ usage }) => usage)
  return used.reduce((sum, usage) => (sum && usage ? addUsage(sum, usage) : (sum ?? usage)), null)
}

const NO_ATTEMPT = {
  output: [],
  json: () => ({}),
  record: { finish: null, usage: null },
} as const

function readAttempt(
  draft: AttemptDraft,
  readers: Readers,
  inference: Draft & { readonly json: JsonObject },
): Pick<ReadResponse, 'json'> & { record: AttemptRecord; output: readonly Block[] } {
  const rawResponse = responseText(draft)
  const { json, parts } = readResponse(draft, rawResponse, readers.wire(draft.wire))
  const collector = new Collector()
  for (const part of parts) collector.add(part)
  const answer = collector.answer()
  const cutShort = answer.usage === null && answer.content.length > 0
  const { requestBody, ...facts } = factsOf(draft)
  const told = answer.usage && answer.content.length === 0 ? silent(answer.usage) : answer.usage
  const usage = cutShort && inference.outcome !== 'ok' ? estimate(answer.content) : told
  const source = answer.usage ? 'provider' : usage ? 'estimated' : 'unknown'
  return {
    output: answer.content,
    json,
    record: {
      ...facts,
      ...ownWords(inference, draft, answer.content),
      bytesOut: (requestBody ?? inference.body).length,
      usage,
      usageSource: source,
      ...firstCost({
        configured: draft.cost.length === 0 ? null : costOf(draft.cost, json()),
        reportedDollars: collector.reportedCost,
        table:
          answer.usage && !draft.batched
            ? readers.price(pricedOf(draft, inference, answer.usage))
            : null,
      }),
      ...(draft.cached && FREE),
      finish: answer.finish,
      finishRaw: answer.finishRaw,
      rawRequest: requestText(draft, inference, inference.json),
      rawResponse,
    },
  }
}

/** An answer that was given before uses and costs nothing now. */
const FREE = {
  usage: NO_USAGE,
  usageSource: 'provider',
  costNano: 0,
  costSource: null,
} as const

/** What was told and said in this try, where the inference does not say the same. */
function ownWords(
  { told, answering, attempts }: Draft,
  draft: AttemptDraft,
  said: readonly Block[],
): Pick<AttemptRecord, 'input' | 'output'> {
  const answers = attempts[answering] === draft
  return {
    ...(!answers && draft.input !== null && { input: messagesOf(draft.input, draft) }),
    ...((told !== null || !answers) && said.length > 0 && { output: said }),
  }
}

/** Without what is only needed to read the rest. */
function factsOf(draft: AttemptDraft) {
  const {
    cost: _cost,
    batched: _isBatched,
    relays: _relays,
    responsePieces: _pieces,
    streamed: _is,
    responseType: _type,
    input: _told,
    ...facts
  } = draft
  return facts
}

function pricedOf(draft: AttemptDraft, { startedAt }: Draft, usage: Usage): Priced {
  return { providerType: draft.providerType, model: draft.upstreamModel, at: startedAt, usage }
}

/** What was relayed before the cut, at four characters a token: better than nothing, and marked. */
function estimate(content: readonly Block[]): Usage {
  const length = content.reduce((sum, block) => {
    if (block.type === 'text' || block.type === 'refusal') return sum + block.text.length
    if (block.type === 'thought') return sum + (block.text?.length ?? 0)
    return block.type === 'tool_call' ? sum + block.arguments.length : sum
  }, 0)
  return { ...UNKNOWN_USAGE, output: Math.ceil(length / 4) }
}

/** Known costs add up; a try whose cost is unknown adds what it may: nothing we can name. */
export function sumOfCosts(costs: readonly (number | null)[]): number | null {
  const known = costs.filter((cost) => cost !== null)
  return known.length === 0 ? null : known.reduce((sum, cost) => sum + cost, 0)
}

const NO_PARAMS = new Set(['model', 'messages', 'tools', 'tensorzero::credentials'])

function paramsOf(json: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(json).filter(([key]) => !NO_PARAMS.has(key)))
}

/** The last thing the user said. */
export function inputPreview(chat: ChatRequest): string {
  const last = chat.messages.findLast((message) => message.role === 'user') ?? chat.messages.at(-1)
  return last ? textPreview(last.content) : ''
}

/** The start of what a person would read in these blocks. */
export function textPreview(blocks: readonly Block[]): string {
  const text = blocks.map(previewOf).filter(Boolean).join(' ')
  // What is short enough to be replaced for every record; more where that is mostly space.
  const start = oneLine(text.slice(0, 2 * PREVIEW_LENGTH))
  return (start.length > PREVIEW_LENGTH ? start : oneLine(text)).slice(0, PREVIEW_LENGTH)
}

function oneLine(text: string): string {
  return (MORE_THAN_A_SPACE.test(text) ? text.replaceAll(/\s+/g, ' ') : text).trim()
}

const MORE_THAN_A_SPACE = /\s\s|[^\S ]/

function previewOf(block: Block): string {
  switch (block.type) {
    case 'text':
    case 'refusal':
      return block.text.slice(0, 4 * PREVIEW_LENGTH)
    case 'tool_call':
      return `${block.name}(${block.arguments.slice(0, PREVIEW_LENGTH)})`
    case 'tool_result':
      return block.result.slice(0, 4 * PREVIEW_LENGTH)
    case 'file':
      return `[file] ${block.filename ?? ''}`
    case 'thought':
    case 'unknown':
      return ''
  }
}
