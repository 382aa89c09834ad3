import type { Block, ChatRequest } from '../domain/chat.ts'
import { GatewayError } from '../domain/errors.ts'
import type { InputMessage } from '../domain/input.ts'
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
    params: compact({
      temperature: rest.temperature,
      top_p: rest.topP,
      max_tokens: rest.maxTokens,
      presence_penalty: rest.presencePenalty,
      frequency_penalty: rest.frequencyPenalty,
      seed: rest.seed,
      stop_sequences: rest.stop,
      reasoning_effort: rest.reasoning?.effort,
      thinking_budget_tokens: rest.reasoning?.budgetTokens,
      service_tier: rest.serviceTier,
      verbosity: rest.verbosity,
      json_mode: jsonModeOf(responseFormat),
    }),
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
    outputSchema: responseFormat?.type === 'json_schema' ? responseFormat.schema : null,
    namespace: asString(json['tensorzero::namespace']) ?? null,
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

function jsonModeOf(format: ChatRequest['params']['responseFormat']) {
  if (format?.type === 'json_object') return 'on'
  if (format?.type === 'json_schema') return 'strict'
  return format ? 'off' : undefined
}
