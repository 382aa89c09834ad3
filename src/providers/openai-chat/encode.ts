import type { ChatParams, ChatRequest, Json, JsonObject } from '../../domain/chat.ts'
import type { Encoded, Quirks, WireTarget } from '../provider.ts'
import { encodeMessages } from './encode-messages.ts'
import { encodeChoice, encodeTools } from './encode-tools.ts'
import { encodeFormat, encodeReasoning } from './encode-thinking.ts'
import { withoutUndefined } from './fields.ts'

export const WIRE = 'openai_chat'

/** Our nouns as a chat completions body. What this wire cannot say is named in `dropped`. */
export function encodeChat(chat: ChatRequest, target: WireTarget, quirks: Quirks): Encoded {
  const dropped = new Set<string>()
  const { params } = chat
  const body = withoutUndefined({
    model: target.model,
    messages: encodeMessages(chat.messages, quirks, dropped),
    tools: encodeTools(chat, quirks, dropped),
    ...encodeParams(params, quirks, dropped),
    tool_choice: encodeChoice(params.toolChoice, quirks),
    ...encodeReasoning(params.reasoning, quirks, dropped),
    ...encodeFormat(params.responseFormat, quirks, dropped),
    ...encodeExtra(chat, dropped),
    stream: target.stream ? true : undefined,
  })
  return { body, dropped: [...dropped] }
}

function encodeParams(
  params: ChatParams,
  quirks: Quirks,
  dropped: Set<string>,
): Record<string, Json | undefined> {
  const own: Record<string, Json | undefined> = {
    n: params.n,
    temperature: params.temperature,
    top_p: params.topP,
    top_k: params.topK,
    stop: params.stop && [...params.stop],
    presence_penalty: params.presencePenalty,
    frequency_penalty: params.frequencyPenalty,
    parallel_tool_calls: params.parallelToolCalls,
    service_tier: params.serviceTier,
    verbosity: params.verbosity,
    user: params.user,
    logprobs: params.logprobs,
    top_logprobs: params.topLogprobs,
  }
  for (const name of quirks.lacks ?? []) {
    if (own[name] === undefined) continue
    dropped.add(`\`${name}\``)
    own[name] = undefined
  }
  return {
    [quirks.maxTokens ?? 'max_completion_tokens']: params.maxTokens,
    [quirks.seed ?? 'seed']: params.seed,
    ...own,
  }
}

/** What the client said in this wire's own words goes on; another wire's words nobody here knows. */
function encodeExtra({ wire, extra }: ChatRequest, dropped: Set<string>): JsonObject {
  if (wire === undefined || wire === WIRE) return extra
  for (const name of Object.keys(extra)) dropped.add(`\`${name}\``)
  return {}
}
