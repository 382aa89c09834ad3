import type { Block } from '../../domain/chat.ts'
import type { NativeInference } from '../../domain/native.ts'
import { choiceJson, providerToolJson, toolAsJson } from '../../domain/native-tools.ts'
import type { JsonObject } from '../../lib/json.ts'
import type { Ask } from '../ask.ts'
import { patchJson } from '../patches.ts'
import { inputJson, jsonOutput, outputBlocks } from '../../domain/native-blocks.ts'
import { jsonModeOf } from './chat-request.ts'
import type { TaskTrace } from './task.ts'

/** What the record keeps of a function's answer, made where it is known; crosses as JSON text. */
export interface Told {
  readonly functionName: string
  readonly variantName: string
  readonly output: readonly Block[]
  /** As TensorZero's own API stores an inference. */
  readonly native: NativeInference
}

export function toldOf(noted: TaskTrace, ask: Pick<Ask, 'extraBody'>, providerType: string): Told {
  const { fn, variantName, tools, task, late } = noted
  const { content } = noted.collector.answer()
  return {
    functionName: fn.name,
    variantName: variantName === '' ? (task.variantName ?? '') : variantName,
    output: content,
    native: {
      type: fn.type,
      input: inputJson(late ? late.named(task.input) : task.input),
      ...(fn.type === 'chat'
        ? { output: outputBlocks(content, tools.schemas, providerType), ...toolJson(noted) }
        : jsonFields(noted, content, providerType)),
      inference_params: { chat_completion: paramsJson(noted) },
      extra_body: ask.extraBody.map(patchJson),
    },
  }
}

function jsonFields(noted: TaskTrace, content: readonly Block[], providerType: string) {
  const { raw, parsed, auxiliary } = jsonOutput(content, noted.outputSchema)
  return {
    output: { raw, parsed },
    output_schema: noted.outputSchema?.json ?? {},
    auxiliary_content: outputBlocks(auxiliary, new Map(), providerType),
  }
}

/** The function's own tools need no mention: what came with the request does, and what was used. */
function toolJson({ task, tools: { tools, choice, parallel, provider } }: TaskTrace) {
  if (tools.length === 0 && provider.length === 0) return {}
  return {
    allowed_tools: task.tools.allowed && [...task.tools.allowed],
    additional_tools: task.tools.additional.map(toolAsJson),
    tool_choice: choice ? choiceJson(choice) : 'auto',
    parallel_tool_calls: parallel,
    provider_tools: provider.map(providerToolJson),
  }
}

/** With the request's own json mode: a variant's belongs to its configuration. */
function paramsJson({ params, task }: TaskTrace): JsonObject {
  const { stop_sequences: stops, ...plain } = params
  const mode = task.params.json_mode ?? jsonModeOf(task.chatParams.responseFormat)
  return {
    ...plain,
    ...(stops && { stop_sequences: [...stops] }),
    ...(mode && { json_mode: mode }),
  }
}
