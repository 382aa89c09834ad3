import type { Part } from '../../domain/chat.ts'
import { Collector } from '../../domain/collect.ts'
import { asObject, asString, parseJson } from '../../lib/json.ts'
import type { Reply } from '../call.ts'
import type { UpstreamStream } from '../stream.ts'
import type { WholeAnswer } from '../whole.ts'
import type { TaskTrace } from './task.ts'

type Events = readonly (readonly Part[])[]

/** A reply whose parts are others. `end` adds what comes last. */
export function withParts(
  reply: Reply,
  change: (parts: readonly Part[]) => readonly Part[],
  end: () => readonly Part[] = () => [],
): Reply {
  if (reply.kind === 'whole') {
    const { kind, headers, parts } = reply
    return { kind, headers, bytes: null, parts: [...change(parts), ...end()] }
  }
  return { ...reply, parts: () => changed(reply, change, end) }
}

async function* changed(
  reply: UpstreamStream,
  change: (parts: readonly Part[]) => readonly Part[],
  end: () => readonly Part[],
): AsyncGenerator<Events> {
  for await (const events of reply.parts()) yield events.map(change)
  const last = end()
  if (last.length > 0) yield [last]
}

/** In json mode `tool` the arguments of the one call are the answer. */
export function answerFromTool(reply: Reply): Reply {
  return withParts(reply, (parts) =>
    parts.flatMap((part): Part[] => {
      if (part.type === 'tool_call') return []
      if (part.type === 'tool_arguments') return [{ type: 'text', text: part.text }]
      if (part.type === 'text') return []
      if (part.type === 'finish' && part.reason === 'tool_call') {
        return [{ ...part, reason: 'stop' }]
      }
      return [part]
    }),
  )
}

/** The `response` of an answer that thinks aloud; its `thinking` is noted as reasoning. */
export async function answerFromThinking(reply: Reply, noted: TaskTrace): Promise<WholeAnswer> {
  const parts = await partsOf(reply)
  const text = textOf(parts)
  const said = asObject(parseJson(text))
  const thinking = asString(said?.['thinking']) ?? null
  noted.thinking = thinking
  const answer = said && 'response' in said ? JSON.stringify(said['response']) : text
  const others = parts.filter((part) => part.type !== 'text')
  const last = others.findIndex((part) => part.type === 'usage' || part.type === 'finish')
  const place = last < 0 ? others.length : last
  const changedParts: Part[] = [
    ...others.slice(0, place),
    ...(thinking === null ? [] : [{ type: 'reasoning', text: thinking, begins: true } as const]),
    { type: 'text', text: answer },
    ...others.slice(place),
  ]
  return { kind: 'whole', headers: reply.headers, bytes: null, parts: changedParts }
}

/** The whole of a reply, however it came. */
export async function partsOf(reply: Reply): Promise<readonly Part[]> {
  if (reply.kind === 'whole') return reply.parts
  const parts: Part[] = []
  for await (const events of reply.parts()) parts.push(...events.flat())
  return parts
}

export function textOf(parts: readonly Part[]): string {
  const collector = new Collector()
  for (const part of parts) collector.add(part)
  return collector
    .answer()
    .content.flatMap((block) => (block.type === 'text' ? [block.text] : []))
    .join('')
}
