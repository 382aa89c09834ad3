import type { Part } from '../../domain/chat.ts'
import { asString, type JsonObject, objectsIn } from '../../lib/json.ts'
import type { CallPlaces } from './call-places.ts'

type At = { readonly choice?: number }

/** The same reasoning may stand in several fields: its text is read once. */
export function readReasoning(
  message: JsonObject,
  at: At,
  places: CallPlaces,
  parts: Part[],
): void {
  const details = detailsIn(message)
  const plain = plainText(message)
  const words = details.map(detailText).join('')
  const text = plain || words
  if (details.length === 0) {
    if (text !== '') parts.push({ type: 'reasoning', text, ...at })
    return
  }
  const groups = places.thoughts(at.choice ?? 0, details)
  for (const [place, { pieces, begins }] of groups.entries()) {
    const own = text === words ? pieces.map(detailText).join('') : place === 0 ? text : ''
    const names = {
      id: lastString(pieces, 'id'),
      signature: lastString(pieces, 'signature'),
      data: lastString(pieces, 'data'),
      format: lastString(pieces, 'format'),
    }
    parts.push({
      type: 'reasoning',
      text: own,
      ...(begins && { begins }),
      ...defined(names),
      details: pieces,
      ...at,
    })
  }
}

/** Copilot has a name of its own for it. */
function plainText(message: JsonObject): string {
  const names = ['reasoning_content', 'reasoning', 'reasoning_text']
  const text = names.map((name) => asString(message[name])).find(Boolean)
  return text ?? objectsIn(message['reasoning_steps']).map(stepText).join('')
}

/** What Perplexity thought before it searched or read. Source: Perplexity docs, "Pro Search". */
function stepText({ thought }: JsonObject): string {
  const text = asString(thought)
  return text ? `${text}\n\n` : ''
}

/**
 * OpenRouter's `reasoning_details`; what others say in their own words is put in these. Source:
 * OpenRouter docs, "Reasoning tokens"; Databricks' API reference, "ReasoningContent"; LiteLLM docs,
 * "thinking_blocks"; Copilot's `reasoning_opaque`.
 */
function detailsIn(message: JsonObject): JsonObject[] {
  const details = objectsIn(message['reasoning_details'])
  if (details.length > 0) return details
  const opaque = asString(message['reasoning_opaque'])
  return [
    ...objectsIn(message['thinking_blocks']).flatMap(detailOf),
    ...objectsIn(message['content']).flatMap((piece) =>
      piece['type'] === 'reasoning' ? objectsIn(piece['summary']).flatMap(detailOf) : [],
    ),
    ...(opaque ? [{ type: 'reasoning.encrypted', data: opaque }] : []),
  ]
}

/** Claude's blocks: hosts of Claude alone have these. */
function detailOf({ thinking, text, signature, data }: JsonObject): JsonObject[] {
  const format = 'anthropic-claude-v1'
  if (asString(data)) return [{ type: 'reasoning.encrypted', data: data ?? '', format }]
  const signed = asString(signature) ? { signature: signature ?? '', format } : {}
  const words = asString(thinking) ?? asString(text) ?? ''
  if (words === '' && !asString(signature)) return []
  return [{ type: 'reasoning.text', text: words, ...signed }]
}

type Present<T> = { [K in keyof T]?: Exclude<T[K], undefined> }

function defined<T extends object>(fields: T): Present<T> {
  const kept = Object.entries(fields).filter(([, value]) => value !== undefined)
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what is left has no undefined
  return Object.fromEntries(kept) as Present<T>
}

function detailText(detail: JsonObject): string {
  return asString(detail['text']) ?? asString(detail['summary']) ?? ''
}

function lastString(details: readonly JsonObject[], key: string): string | undefined {
  return asString(details.findLast((detail) => asString(detail[key]))?.[key])
}
