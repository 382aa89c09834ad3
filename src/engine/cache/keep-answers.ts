import { Collector } from '../../domain/collect.ts'
import { asObject, objectsIn, asArray, asString, parseJson } from '../../lib/json.ts'
import { ANSWER_TOOL } from '../functions/chat-request.ts'
import type { Engine } from '../engine.ts'
import { utf8 } from '../kept-text.ts'
import { readResponse } from '../read-response.ts'
import type { AttemptTrace, Trace } from '../trace.ts'

/** Keeps what a request's calls have answered, where it asked for that. After the answer's end. */
export function keepAnswers({ cache, clock }: Engine, trace: Trace): void {
  if (!cache) return
  for (const attempt of trace.attempts) {
    const { cacheKey, error, status, streamed, responseType, pieces } = attempt
    if (cacheKey === null || error !== null || status !== 200) continue
    if (!callsAreRight(attempt, trace)) continue
    cache.keep(cacheKey, {
      at: clock.now(),
      contentType: streamed ? 'text/event-stream' : responseType,
      body: pieces.join(''),
    })
  }
}

/** A call of a tool that does not exist, or with wrong arguments, had better be another next time. */
function callsAreRight(attempt: AttemptTrace, trace: Trace): boolean {
  const collector = new Collector()
  const { parts } = readResponse(attempt, utf8(attempt.pieces.join('')), attempt.wire)
  for (const part of parts) collector.add(part)
  return collector.answer().content.every((block) => {
    if (block.type !== 'tool_call' || block.custom) return true
    const args = parseJson(block.arguments)
    return asObject(args) !== undefined && isKnown(block.name, args, trace)
  })
}

function isKnown(name: string, args: unknown, { task, ask }: Trace): boolean {
  if (!task) return namesIn(ask.json['tools']).includes(name)
  if (!task.tools.schemas.has(name)) return name === ANSWER_TOOL
  return (task.tools.schemas.get(name)?.check(args) ?? []).length === 0
}

/** Each dialect says it in its own place. */
function namesIn(tools: Parameters<typeof asArray>[0]): string[] {
  return objectsIn(asArray(tools)).flatMap((tool) => {
    const own = objectsIn(asArray(tool['functionDeclarations'] ?? tool['function_declarations']))
    const named = [tool, asObject(tool['function']) ?? {}, ...own]
    return named.flatMap(({ name }) => asString(name) ?? [])
  })
}
