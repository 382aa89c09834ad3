import type { JsonMode, Schema, VariantParams } from '../../config/functions.ts'
import type {
  Block,
  ChatParams,
  ChatRequest,
  Message,
  ProviderTool,
  Reasoning,
  ResponseFormat,
  Tool,
} from '../../domain/chat.ts'
import { GatewayError } from '../../domain/errors.ts'
import type { JsonObject } from '../../lib/json.ts'
import type { Encoded, WireTarget } from '../../providers/provider.ts'
import type { CallPlace } from '../ask.ts'
import type { Rendered } from './render.ts'
import type { TaskTrace } from './task.ts'

/** The tool whose arguments are the answer, in json mode `tool`. */
export const ANSWER_TOOL = 'respond'

/** Everything one model is told. */
export interface Told {
  readonly rendered: Rendered
  readonly params: VariantParams
  readonly jsonMode: JsonMode | null
  readonly outputSchema: Schema | null
}

/** What a variant tells its model, in our nouns. */
export function chatRequestOf(told: Told, { task, tools, fn }: TaskTrace): ChatRequest {
  const { rendered, jsonMode } = told
  const asTool = jsonMode === 'tool' && told.outputSchema !== null
  const own = asTool ? answerTools(told.outputSchema) : fn.type === 'json' ? NO_TOOLS : null
  return {
    messages: withSystem(rendered),
    tools: own ? own.tools : tools.tools,
    ...(tools.provider.length > 0 && { providerTools: tools.provider }),
    params: {
      ...task.chatParams,
      ...paramsOf(told.params),
      ...(own ? own.params : toolParams(tools)),
      ...formatParams(told),
    },
    extra: task.extra,
    ...(task.extraWire !== null && { wire: task.extraWire }),
  }
}

/** The same, for an evaluator or a fuser: its own prompt, and nothing of the client's settings. */
export function ownRequestOf(told: Told): ChatRequest {
  const asTool = told.jsonMode === 'tool' && told.outputSchema !== null
  const own = asTool ? answerTools(told.outputSchema) : NO_TOOLS
  return {
    messages: withSystem(told.rendered),
    tools: own.tools,
    params: { ...paramsOf(told.params), ...own.params, ...formatParams(told) },
    extra: {},
  }
}

function withSystem({ system, messages }: Rendered): Message[] {
  if (system === null) return [...messages]
  return [{ role: 'system', content: [{ type: 'text', text: system }] }, ...messages]
}

interface OwnTools {
  readonly tools: readonly Tool[]
  readonly params: ChatParams
}

const NO_TOOLS: OwnTools = { tools: [], params: {} }

function answerTools(schema: Schema | null): OwnTools {
  const tool: Tool = {
    name: ANSWER_TOOL,
    description: 'Give your answer by calling this tool: its arguments are the answer.',
    parameters: schema?.json ?? {},
  }
  const toolChoice = { mode: 'required', tool: ANSWER_TOOL } as const
  return { tools: [tool], params: { toolChoice, parallelToolCalls: false } }
}

function toolParams({ choice, parallel }: TaskTrace['tools']): ChatParams {
  return {
    ...(choice && choice.mode !== 'auto' && { toolChoice: choice }),
    ...(choice?.allowed && { toolChoice: choice }),
    ...(parallel !== null && choice && { parallelToolCalls: parallel }),
  }
}

function formatParams({ jsonMode, outputSchema }: Told): ChatParams {
  const format = formatOf(jsonMode, outputSchema)
  return format ? { responseFormat: format } : {}
}

function formatOf(jsonMode: JsonMode | null, schema: Schema | null): ResponseFormat | undefined {
  if (jsonMode === 'on') return { type: 'json_object' }
  if (jsonMode !== 'strict') return undefined
  if (!schema) return { type: 'json_object' }
  return { type: 'json_schema', name: 'response', strict: true, schema: schema.json }
}

/** The way back: what a chat dialect's format is in TensorZero's words. */
export function jsonModeOf(format: ResponseFormat | undefined): JsonMode | undefined {
  if (format?.type === 'json_object') return 'on'
  if (format?.type === 'json_schema') return 'strict'
  return format ? 'off' : undefined
}

function paramsOf(params: VariantParams): ChatParams {
  const reasoning = reasoningOf(params)
  const named = {
    temperature: params.temperature,
    topP: params.top_p,
    maxTokens: params.max_tokens,
    presencePenalty: params.presence_penalty,
    frequencyPenalty: params.frequency_penalty,
    seed: params.seed,
    stop: params.stop_sequences,
    serviceTier: params.service_tier,
    verbosity: params.verbosity,
  }
  const given = Object.entries(named).filter(([, value]) => value !== undefined)
  return { ...Object.fromEntries(given), ...(reasoning && { reasoning }) }
}

function reasoningOf(params: VariantParams): Reasoning | undefined {
  const { reasoning_effort: effort, thinking_budget_tokens: budgetTokens } = params
  if (effort === undefined && budgetTokens === undefined) return undefined
  return {
    ...(effort !== undefined && { effort }),
    ...(budgetTokens !== undefined && { budgetTokens }),
  }
}

/** The request in a provider's format, without what is meant for others. */
export function encodeForPlace(
  chat: ChatRequest,
  place: CallPlace,
  target: WireTarget,
): Encoded | null {
  refuseCustom(chat, place)
  return encodeFitting(chat, place, target)
}

/** The same, where a custom tool may be left out. */
export function encodeFitting(
  chat: ChatRequest,
  place: CallPlace,
  target: WireTarget,
): Encoded | null {
  const { chat: wire } = place.wires
  if (!wire) return null
  const dropped: string[] = []
  const messages = chat.messages.map((message) => ({
    ...message,
    content: message.content.flatMap((block): Block[] => {
      if (isFor(block, place)) {
        return [block.type === 'unknown' ? { wire: wire.name, ...block } : block]
      }
      if (block.type === 'thought') {
        dropped.push(`a thought of a provider of type ${block.providerType}`)
      }
      return []
    }),
  }))
  const providerTools = chat.providerTools
    ?.filter((tool) => isMeantFor(tool, place))
    .map((tool) => worded(tool, wire.name))
  const fitting = { ...chat, messages, ...(providerTools && { providerTools }) }
  const encoded = wire.encode(fitting, target, place.quirks)
  return { body: encoded.body, dropped: [...(chat.unread ?? []), ...dropped, ...encoded.dropped] }
}

/** A tool that takes free text cannot be left out: the answer would be another one. */
function refuseCustom({ tools }: ChatRequest, { quirks, type, name, model }: CallPlace): void {
  const custom = tools.find((tool) => tool.custom)
  if (!custom || quirks.customTools) return
  throw new GatewayError(
    'unsupported',
    `The custom tool \`${custom.name}\` is not supported by providers of type ${type}`,
    { target: `${model}/${name}` },
  )
}

/** A tool of whichever provider the request goes to is in that one's words. */
function worded(tool: ProviderTool, wire: string): ProviderTool {
  return tool.wire === '' ? { ...tool, wire } : tool
}

type Addressee = Pick<CallPlace, 'model' | 'name' | 'type' | 'relays'>

/** Some blocks are for one model or one type of provider alone. */
export function isFor(block: Block, place: Addressee): boolean {
  if (block.type === 'unknown') return isMeantFor(block, place)
  if (block.type !== 'thought' || block.providerType === undefined) return true
  // Another gateway knows which of its providers thought it.
  return place.relays === true || block.providerType === place.type
}

function isMeantFor(
  { modelName, providerName }: { modelName?: string; providerName?: string },
  place: Addressee,
): boolean {
  if (modelName !== undefined && modelName !== place.model) return false
  return providerName === undefined || place.relays === true || providerName === place.name
}

/** The request as TensorZero words it, for the record of one call. */
export function inputOfCall({ rendered }: Told): JsonObject {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what JSON.parse makes of an object's JSON
  return JSON.parse(JSON.stringify(rendered, withoutStoredBytes)) as JsonObject
}

/** A file that is kept elsewhere is named by its place. */
export function withoutStoredBytes(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || !('storagePath' in value)) return value
  return { ...value, url: '' }
}
