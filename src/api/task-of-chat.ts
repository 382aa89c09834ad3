import type { Block, ChatRequest } from '../domain/chat.ts'
import { GatewayError } from '../domain/errors.ts'
import type { InputMessage } from '../domain/input.ts'
import { jsonModeOf } from '../engine/functions/chat-request.ts'
import type { Task } from '../engine/functions/task.ts'
import { asString, type JsonObject } from '../lib/json.ts'
import { compact } from './compact.ts'

/** What a function is asked by a client of a chat dialect. */
export function taskOfChat(functionName: string, chat: ChatRequest, json: JsonObject): Task {
  const { params, tools, providerTools = [], extra, wire = null } = chat
  const { toolChoice, parallelToolCalls, responseFormat, ...rest } = params
  if ((params.n ?? 1) > 1) {
    throw new GatewayError('invalid_request', 'A function gives one answer: leave out `n`.')
  }
  const texts = chat.messages.filter(({ role }) => role === 'system').flatMap(textsOf)
  return {
    functionName,
    variantName: asString(json['tensorzero::variant_name']) ?? null,
    dynamicVariant: null,
    input: {
      ...(texts.length > 0 && { system: texts.join('\n') }),
      messages: chat.messages.flatMap(({ role, content }): InputMessage[] =>
        role === 'system' ? [] : [{ role, content }],
      ),
    },
    params: { ...taskParamsOf(rest), ...compact({ json_mode: jsonModeOf(responseFormat) }) },
    chatParams: compact({ topK: rest.topK, user: rest.user, logprobs: rest.logprobs }),
    extra,
    extraWire: wire,
    tools: {
      allowed: toolChoice?.allowed ?? null,
      additional: tools,
      choice: toolChoice ?? null,
      parallel: parallelToolCalls ?? null,
      provider: providerTools,
    },
    outputSchema: responseFormat?.type === 'json_schema' ? (responseFormat.schema ?? null) : null,
    namespace: asString(json['tensorzero::namespace']) ?? null,
    asIs: false,
  }
}

function textsOf({ content }: { readonly content: readonly Block[] }): string[] {
  return content.map((block) => {
    if (block.type === 'text') return block.text
    throw new GatewayError(
      'invalid_request',
      'System message must contain only text or template content blocks',
      { param: 'messages' },
    )
  })
}

/** The settings of a chat request that TensorZero has names for. */
export function taskParamsOf(params: ChatRequest['params']): Task['params'] {
  return compact({
    temperature: params.temperature,
    top_p: params.topP,
    max_tokens: params.maxTokens,
    presence_penalty: params.presencePenalty,
    frequency_penalty: params.frequencyPenalty,
    seed: params.seed,
    stop_sequences: params.stop,
    reasoning_effort: params.reasoning?.effort,
    thinking_budget_tokens: params.reasoning?.budgetTokens,
    service_tier: params.serviceTier,
    verbosity: params.verbosity,
  })
}
