import type { ChatRequest, ResponseFormat, Tool } from '../../domain/chat.ts'
import { fieldsFor } from '../../domain/own-fields.ts'
import { withNamesInGroups } from '../../domain/tool-groups.ts'
import { asObject, type Json, type JsonObject } from '../../lib/json.ts'
import { FOREIGN_THOUGHT, Leftovers, nameOfTool, openaiExtra } from '../leftovers.ts'
import { userOf, withoutUndefined } from '../openai-chat/fields.ts'
import type { Encoded, Quirks, WireTarget } from '../provider.ts'
import { formatIn } from '../response-format.ts'
import { encodeInput } from './encode-input.ts'
import { withOwnReasoning } from './own-reasoning.ts'
import { WIRE } from './read.ts'

/** Our nouns as a Responses request. Source: OpenAI API reference, "Create a model response". */
export function encodeResponsesRequest(
  chat: ChatRequest,
  target: WireTarget,
  quirks: Quirks,
): Encoded {
  const left = new Leftovers()
  const { params } = chat
  left.params(params, ['stop', 'seed', 'presencePenalty', 'frequencyPenalty', 'topK'])
  if ((params.n ?? 1) > 1) left.add('`n`')
  const { web_search_options: search, ...extra } = openaiExtra(chat, WIRE, left)
  const logprobs = params.logprobs ? ['message.output_text.logprobs'] : []
  const secrets = chat.messages.some(({ content }) =>
    content.some((block) => block.type === 'thought' && block.data !== undefined),
  )
  const body = withoutUndefined({
    model: target.model,
    input: ownInput(chat, target, quirks, left),
    tools: encodeTools(chat, asObject(search), left),
    tool_choice: encodeChoice(chat),
    parallel_tool_calls: params.parallelToolCalls,
    max_output_tokens: params.maxTokens,
    temperature: params.temperature,
    top_p: params.topP,
    top_logprobs: params.topLogprobs,
    reasoning: encodeReasoning(chat),
    text: encodeText(formatIn(params), params.verbosity),
    service_tier: params.serviceTier,
    user: userOf(params, left),
    // We keep the conversation, so OpenAI need not; then it must give its reasoning to us.
    store: chat.wire === WIRE ? undefined : false,
    include:
      chat.wire !== WIRE || secrets ? ['reasoning.encrypted_content', ...logprobs] : undefined,
    ...extra,
    stream: target.stream ? true : undefined,
  })
  return { body, dropped: left.words }
}

function ownInput(
  { messages, tools }: ChatRequest,
  { model }: WireTarget,
  quirks: Quirks,
  left: Leftovers,
): Json {
  const thoughts = quirks.reasoningBack === 'reasoning_details'
  const items = encodeInput(withNamesInGroups(messages, tools), left, {
    thoughts,
    calls: quirks.signatures === true,
  })
  // It sorts out by itself whose reasoning is whose.
  if (thoughts) return items
  const { input = items } = withOwnReasoning({ input: items }, model)
  if (input !== items) left.add(FOREIGN_THOUGHT)
  return input
}

function encodeTools(
  { tools, providerTools = [] }: ChatRequest,
  search: JsonObject | undefined,
  left: Leftovers,
): Json | undefined {
  const own = tools.filter(({ within }) => !within).map(encodeTool)
  const theirs = providerTools.flatMap(({ wire, data }): Json[] => {
    if (wire === WIRE) return [data]
    left.add(`the tool \`${nameOfTool(data, wire)}\``)
    return []
  })
  const all = [...own, ...encodeGroups(tools), ...theirs, ...(search ? [searchTool(search)] : [])]
  return all.length > 0 ? all : undefined
}

function encodeTool(tool: Tool): Json {
  const { name, description, parameters, strict, custom, within } = tool
  const common = { name: within?.name ?? name, description, ...fieldsFor(tool, WIRE) }
  if (custom) {
    return withoutUndefined({ type: 'custom', ...common, format: flatGrammar(custom.format) })
  }
  const fn = { type: 'function', ...common, parameters: parameters ?? null }
  return withoutUndefined({ ...fn, strict: strict ?? false })
}

function encodeGroups(tools: readonly Tool[]): Json[] {
  const groups = Map.groupBy(tools, ({ within }) => within?.group)
  return [...groups].flatMap(([name, inside]): Json[] => {
    if (name === undefined) return []
    const description = inside[0]?.within?.about ?? ''
    return [{ type: 'namespace', name, description, tools: inside.map(encodeTool) }]
  })
}

/** What chat completions puts in an object of its own stands beside the type here. */
function flatGrammar(format: Json | undefined): Json | undefined {
  const { grammar, ...rest } = asObject(format) ?? {}
  return grammar === undefined ? format : { ...rest, ...asObject(grammar) }
}

/** What is an option of chat completions is a tool here. Source: OpenAI docs, "Web search". */
function searchTool({ user_location: place, ...options }: JsonObject): Json {
  const { approximate, ...location } = asObject(place) ?? {}
  const user_location = place ? { ...location, ...asObject(approximate) } : undefined
  return withoutUndefined({ type: 'web_search', ...options, user_location })
}

function encodeChoice({ params, tools }: ChatRequest): Json | undefined {
  if (!params.toolChoice) return undefined
  const { mode, tool, allowed } = params.toolChoice
  const named = (name: string) => {
    const custom = tools.some((each) => each.name === name && each.custom)
    return { type: custom ? 'custom' : 'function', name }
  }
  if (tool !== undefined) return named(tool)
  return allowed === undefined ? mode : { type: 'allowed_tools', mode, tools: allowed.map(named) }
}

function encodeReasoning({ params }: ChatRequest): JsonObject | undefined {
  const { reasoning } = params
  if (!reasoning) return undefined
  const { effort, budgetTokens, enabled, summary, visible } = reasoning
  const off = enabled === false || budgetTokens === 0
  const said = summary === 'concise' || summary === 'detailed' ? summary : 'auto'
  const shown = summary !== undefined || visible === true ? said : undefined
  const asked = off ? 'none' : (effort ?? effortOf(budgetTokens))
  const encoded = withoutUndefined({ effort: asked, summary: shown })
  return Object.keys(encoded).length > 0 ? encoded : undefined
}

/** A number of tokens in the words of models that know only words. */
function effortOf(budgetTokens: number | undefined): string | undefined {
  if (budgetTokens === undefined || budgetTokens < 0) return undefined
  if (budgetTokens <= 2048) return 'low'
  return budgetTokens <= 16_384 ? 'medium' : 'high'
}

function encodeText(
  format: ResponseFormat | undefined,
  verbosity: string | undefined,
): JsonObject | undefined {
  if (!format && verbosity === undefined) return undefined
  return withoutUndefined({ format: format && encodeFormat(format), verbosity })
}

function encodeFormat(format: ResponseFormat): Json {
  if (format.type !== 'json_schema') return { type: format.type }
  const { type, name = 'response', description, schema, strict } = format
  return withoutUndefined({ type, name, description, schema, strict })
}
