import type { ChatParams, ChatRequest, Json, JsonObject } from '../../domain/chat.ts'
import type { Encoded, Quirks, WireTarget } from '../provider.ts'
import { encodeMessages } from './encode-messages.ts'
import { encodeChoice, encodeTools } from './encode-tools.ts'
import { encodeFormat, encodeReasoning } from './encode-thinking.ts'
import { withCallNames } from '../call-ids.ts'
import { Leftovers, openaiExtra, ownExtra } from '../leftovers.ts'
import { userOf, WIRE, withoutUndefined } from './fields.ts'
import { withJsonWord } from './json-word.ts'

/** Our nouns as a chat completions body. What this wire cannot say is named in `dropped`. */
export function encodeChat(asked: ChatRequest, target: WireTarget, quirks: Quirks): Encoded {
  const chat = quirks.callNames ? withCallNames(asked, quirks.callNames) : asked
  const left = new Leftovers()
  const { params } = chat
  const tools = encodeTools(chat, quirks, left)
  const body = withoutUndefined({
    model: target.model,
    messages: encodeMessages(
      withJsonWord(chat.messages, params.responseFormat, quirks),
      quirks,
      left,
    ),
    tools,
    ...encodeParams(params, quirks, left),
    // How tools are to be used may be said only where there are some.
    ...(tools && {
      tool_choice: encodeChoice(params.toolChoice, quirks),
      parallel_tool_calls: encodeParallel(params, quirks, left),
    }),
    ...encodeReasoning(params.reasoning, quirks, left),
    ...encodeFormat(params.responseFormat, quirks, left),
    ...encodeExtra(chat, quirks, left),
    stream: target.stream ? true : undefined,
  })
  return { body, dropped: left.words }
}

function encodeParams(
  params: ChatParams,
  quirks: Quirks,
  left: Leftovers,
): Record<string, Json | undefined> {
  const { lacks = [] } = quirks
  const own: Record<string, Json | undefined> = {
    n: params.n,
    temperature: params.temperature,
    top_p: params.topP,
    top_k: params.topK,
    stop: params.stop && [...params.stop],
    presence_penalty: params.presencePenalty,
    frequency_penalty: params.frequencyPenalty,
    service_tier: params.serviceTier,
    verbosity: params.verbosity,
    user: lacks.includes('user') ? params.user : userOf(params, left),
    logprobs: params.logprobs,
    top_logprobs: params.topLogprobs,
  }
  for (const name of lacks) {
    if (own[name] === undefined) continue
    left.add(`\`${name}\``)
    own[name] = undefined
  }
  return {
    [quirks.maxTokens ?? 'max_completion_tokens']: params.maxTokens,
    [quirks.seed ?? 'seed']: params.seed,
    ...own,
  }
}

function encodeParallel(
  { parallelToolCalls: parallel }: ChatParams,
  { lacks = [] }: Quirks,
  left: Leftovers,
): boolean | undefined {
  if (parallel === undefined || !lacks.includes('parallel_tool_calls')) return parallel
  left.add('`parallel_tool_calls`')
  return undefined
}

/** What the client said in this wire's own words goes on; another wire's words nobody here knows. */
function encodeExtra(chat: ChatRequest, quirks: Quirks, left: Leftovers): JsonObject {
  if (chat.wire === undefined || chat.wire === WIRE) return chat.extra
  return quirks.openaiFields ? openaiExtra(chat, WIRE, left) : ownExtra(chat, WIRE, left)
}
