import type { Part } from '../../../domain/chat.ts'
import { Collector } from '../../../domain/collect.ts'
import type { JsonObject } from '../../../lib/json.ts'
import type { Envelope } from '../../dialect.ts'
import { withSignedThoughts } from '../../signatures.ts'
import { itemsOf, responseOf } from './items.ts'

/** A whole response. Source: OpenAI API reference, the response object. */
export function encodeResponse(envelope: Envelope, parts: readonly Part[]): JsonObject {
  const collector = new Collector()
  for (const part of withSignedThoughts(parts, false)) collector.add(part)
  const { content, usage, finish } = collector.answer()
  const output = itemsOf(content, envelope.id)
  return responseOf(envelope, { output, finish, usage, ended: true })
}
