import type {
  Block,
  ChatParams,
  ChatRequest,
  Message,
  ResponseFormat,
  Tool,
} from '../../domain/chat.ts'
import { inputOf } from '../../domain/input.ts'
import { inputJson } from '../../domain/native-blocks.ts'
import { choiceJson, providerToolJson } from '../../domain/native-tools.ts'
import type { Json, JsonObject } from '../../lib/json.ts'
import { Leftovers, ownExtra } from '../leftovers.ts'
import { withoutUndefined } from '../openai-chat/fields.ts'
import type { Encoded, WireTarget } from '../provider.ts'
import { formatIn } from '../response-format.ts'

const CANNOT = ['topK', 'user', 'n', 'logprobs', 'topLogprobs'] as const

/** A conversation as TensorZero's API asks one model for its next turn. */
export function encodeInference(chat: ChatRequest, { model, stream }: WireTarget): Encoded {
  const leftovers = new Leftovers()
  leftovers.params(chat.params, CANNOT)
  ownExtra(chat, 'tensorzero_inference', leftovers)
  const format = formatIn(chat.params)
  const mode = jsonMode(format)
  const params = { ...paramsOf(chat.params), ...(mode !== undefined && { json_mode: mode }) }
  const body: JsonObject = {
    model_name: model,
    input: inputSent(chat.messages),
    ...(stream && { stream }),
    ...(Object.keys(params).length > 0 && { params: { chat_completion: params } }),
    ...(format?.type === 'json_schema' && { output_schema: format.schema }),
    ...toolsOf(chat),
  }
  return { body, dropped: leftovers.words }
}

function inputSent(conversation: readonly Message[]): JsonObject {
  const sent = conversation.map(({ role, content }) => ({ role, content: content.map(asSent) }))
  return inputJson(inputOf(sent))
}

/** Where a file is kept here, and which of our providers thought a thought, says nothing there. */
function asSent(block: Block): Block {
  if (block.type === 'file') {
    const { storagePath: _kept, ...file } = block
    return file
  }
  if (block.type !== 'thought' || block.providerType !== RELAYED) return block
  const { providerType: _ours, ...thought } = block
  return thought
}

/** The type of provider that answers come from which came from another gateway. */
export const RELAYED = 'tensorzero::relay'

function paramsOf({ reasoning, ...params }: ChatParams): JsonObject {
  const named: Record<string, Json | undefined> = {
    temperature: params.temperature,
    top_p: params.topP,
    max_tokens: params.maxTokens,
    seed: params.seed,
    presence_penalty: params.presencePenalty,
    frequency_penalty: params.frequencyPenalty,
    stop_sequences: params.stop && [...params.stop],
    reasoning_effort: reasoning?.effort,
    thinking_budget_tokens: reasoning?.budgetTokens,
    service_tier: params.serviceTier,
    verbosity: params.verbosity,
  }
  return withoutUndefined(named)
}

function jsonMode(format: ResponseFormat | undefined): string | undefined {
  if (format?.type === 'json_object') return 'on'
  return format?.type === 'json_schema' ? 'strict' : undefined
}

function toolsOf({ tools, providerTools = [], params }: ChatRequest): JsonObject {
  const { toolChoice, parallelToolCalls } = params
  return {
    ...(tools.length > 0 && { additional_tools: tools.map(toolJson) }),
    ...(toolChoice?.allowed && { allowed_tools: [...toolChoice.allowed] }),
    ...(toolChoice && { tool_choice: choiceJson(toolChoice) }),
    ...(parallelToolCalls !== undefined && { parallel_tool_calls: parallelToolCalls }),
    ...(providerTools.length > 0 && { provider_tools: providerTools.map(providerToolJson) }),
  }
}

function toolJson({ name, description = '', parameters, strict, custom }: Tool): JsonObject {
  if (custom) {
    return withoutUndefined({ type: 'openai_custom', name, description, format: custom.format })
  }
  return {
    type: 'function',
    name,
    description,
    parameters: parameters ?? {},
    ...(strict !== undefined && { strict }),
  }
}
