import type { JsonObject } from '../../lib/json.ts'
import type { Script } from '../../lib/script.ts'
import type { ScriptRequest } from '../provider.ts'
import { embeddingScript } from '../scripted/embeddings.ts'
import { errorScript, type Piece, scriptOf } from '../scripted/reply.ts'
import { countPrompt, streamOptionsOf, usageOf } from '../scripted/request.ts'
import { splitTokens } from '../scripted/tokens.ts'
import { builtIn, isBuiltIn } from './built-in.ts'
import { echoOf } from './echoes.ts'
import { type Answer, Scenario, type Step } from './scenario.ts'

/** The same in every answer, so that a test can compare whole bodies. */
const CREATED_S = 1_750_000_000

/** What a dummy model answers: what its scenario says, else what TensorZero's model of that name does. */
export function dummyScript(request: ScriptRequest): Script {
  const { model, operation, body, call, options } = request
  const given = options['scenario']
  const read = Scenario.safeParse(given ?? builtInScenario(request))
  if (!read.success) return problem(500, `The scenario is not valid: ${read.error.message}`)
  const { models } = read.data
  const found = Object.hasOwn(models, model) ? models[model] : undefined
  if (!found && given !== undefined && isBuiltIn(model)) {
    return dummyScript({ ...request, options: {} })
  }
  if (!found) {
    const names = Object.keys(models).join(', ')
    return problem(404, `The scenario has no model \`${model}\`. It has ${names}.`)
  }
  const next = 'sequence' in found ? nth(found.sequence, call, found.repeat) : found
  const { stream } = streamOptionsOf(body)
  const answer = stream && next.streamed ? next.streamed : next
  if (answer.http) return httpScript(answer.http)
  if (operation === 'embeddings') return embeddingScript(model, body)
  return chatScript(answer, { model, body, call })
}

function builtInScenario(request: ScriptRequest): unknown {
  const { model, call, body } = request
  const { stream } = streamOptionsOf(body)
  const answer = echoOf(request) ?? builtIn(model, { stream, call })
  return { models: Object.fromEntries([[model, answer]]) }
}

function nth(answers: readonly Answer[], call: number, repeats: boolean): Answer {
  const place = repeats ? call % answers.length : Math.min(call, answers.length - 1)
  const answer = answers[place]
  if (!answer) throw new Error('A checked sequence has no answers.')
  return answer
}

function httpScript(http: NonNullable<Answer['http']>): Script {
  const { status, headers, body } = http
  if (body === undefined) {
    const message = http.message ?? `The scenario answers with status ${status}.`
    const type = status < 500 ? 'invalid_request_error' : 'server_error'
    return errorScript({ status, message, type, code: null, headers: typed(http, headers) })
  }
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  const usual = typeof body === 'string' ? 'text/plain; charset=utf-8' : 'application/json'
  return {
    status,
    headers: { 'content-type': usual, ...typed(http, headers) },
    steps: [{ do: 'send', afterMs: 0, text }],
  }
}

function typed({ content_type: type }: { content_type?: string | undefined }, headers: object) {
  return { ...(type !== undefined && { 'content-type': type }), ...headers }
}

type Asked = Pick<ScriptRequest, 'model' | 'body' | 'call'>
type Said = Omit<Answer, 'streamed'>

function chatScript(answer: Said, { model, body, call }: Asked): Script {
  const steps = answer.parts ?? splitTokens(answer.text ?? '')
  const pieces = steps.flatMap((step, place) =>
    piecesOf(typeof step === 'string' ? { text: step } : step, place, answer.chunk_ms),
  )
  const reply = {
    id: `chatcmpl-dummy-${call}`,
    createdS: CREATED_S,
    model,
    // A text of nothing is still a text.
    pieces: answer.text === '' ? [{ type: 'text', text: '', afterMs: 0 } as const] : pieces,
    finish: answer.finish_reason ?? usualFinish(pieces),
    usage: answer.usage === false ? null : (answer.usage ?? estimate(body, pieces)),
    firstMs: answer.first_ms,
  }
  return scriptOf(reply, streamOptionsOf(body))
}

function piecesOf(step: Step, place: number, chunkMs: number): Piece[] {
  const afterMs = step.after_ms ?? chunkMs
  const { text, thought, signature, data, tool_call: call, error } = step
  if (text !== undefined) return [{ type: 'text', text, afterMs }]
  if (thought !== undefined) return [{ type: 'reasoning', text: thought, signature, data, afterMs }]
  if (error) return [{ type: 'error', error, afterMs }]
  if (!call) return [{ type: step.cut ? 'cut' : 'stall', afterMs }]
  const given = Array.isArray(call.arguments) ? call.arguments : [asText(call.arguments)]
  const [first = '', ...fragments] = given
  const id = call.id ?? `call_${place}`
  return [
    { type: 'tool_call', id, name: call.name, arguments: first, afterMs },
    ...fragments.map((fragment): Piece => ({
      type: 'tool_arguments',
      text: fragment,
      afterMs: chunkMs,
    })),
  ]
}

function asText(values: string | JsonObject): string {
  return typeof values === 'string' ? values : JSON.stringify(values)
}

function usualFinish(pieces: readonly Piece[]): string {
  return pieces.some((piece) => piece.type === 'tool_call') ? 'tool_calls' : 'stop'
}

function estimate(body: JsonObject, pieces: readonly Piece[]): JsonObject {
  const count = (type: Piece['type']) => pieces.filter((piece) => piece.type === type).length
  const thoughts = count('reasoning')
  return usageOf(
    countPrompt(body),
    thoughts + count('text') + count('tool_call') + count('tool_arguments'),
    thoughts,
  )
}

function problem(status: number, message: string): Script {
  return errorScript({ status, message, type: 'invalid_request_error', code: null, param: 'model' })
}
