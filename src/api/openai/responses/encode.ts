import type { Part } from '../../../domain/chat.ts'
import { Collector } from '../../../domain/collect.ts'
import { type JsonObject, objectsIn } from '../../../lib/json.ts'
import type { Envelope } from '../../dialect.ts'
import { withSignedThoughts } from '../../signatures.ts'
import { logprobsIn } from '../../logprobs.ts'
import { GroupedCalls } from './grouped-calls.ts'
import { itemsOf, responseOf } from './items.ts'

/** A whole response. Source: OpenAI API reference, the response object. */
export function encodeResponse(envelope: Envelope, parts: readonly Part[]): JsonObject {
  const collector = new Collector()
  const calls = new GroupedCalls(envelope.request)
  for (const part of withSignedThoughts(parts, false)) {
    collector.add(part.type === 'tool_call' ? calls.named(part) : part)
  }
  const { content, usage, finish } = collector.answer()
  const output = itemsOf(content, envelope.id)
  addLogprobs(output, logprobsIn(parts))
  return responseOf(envelope, { output, finish, usage, ended: true })
}

/** They are told of the answer as a whole: which part they are of is known where there is but one. */
function addLogprobs(output: readonly JsonObject[], logprobs: readonly JsonObject[]): void {
  const texts = output
    .flatMap(({ content }) => objectsIn(content))
    .filter(({ type }) => type === 'output_text')
  const [only, ...others] = texts
  if (only && others.length === 0 && logprobs.length > 0) only['logprobs'] = [...logprobs]
}
