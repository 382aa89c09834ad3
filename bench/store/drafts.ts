import type { Draft } from '../../src/engine/draft.ts'
import type { Told } from '../../src/engine/functions/told.ts'
import { facts, type Facts, idAt } from './facts.ts'
import { sizeAround, type Words } from './words.ts'

const POOL = 2000

/** What one request and its answer look like on the wire. */
interface Bodies {
  readonly request: string
  readonly pieces: readonly string[]
  readonly streamed: boolean
  readonly input: string
  readonly output: string
}

/** Endless drafts as the engine makes them, some 16 KB each, of prepared texts. */
export class Drafts {
  readonly #random: () => number
  readonly #pool: readonly Bodies[]
  #next = 0

  constructor(words: Words, random: () => number) {
    this.#random = random
    const systems = Array.from({ length: 20 }, () => words.text(800))
    this.#pool = Array.from({ length: POOL }, (_, index) =>
      bodiesOf(words, systems[index % systems.length] ?? '', random),
    )
  }

  at(startedAt: number): { draft: Draft; bytes: number } {
    const number = this.#next++
    const bodies = this.#pool[number % POOL]
    if (bodies === undefined) throw new Error('There are no texts.')
    const of = facts(startedAt, this.#random)
    const draft = draftOf(of, bodies, number)
    const bytes = bodies.request.length * 2 + sizeOf(bodies.pieces)
    return { draft, bytes: bytes + 1000 }
  }
}

function sizeOf(pieces: readonly string[]): number {
  return pieces.reduce((sum, piece) => sum + piece.length, 0)
}

function bodiesOf(words: Words, system: string, random: () => number): Bodies {
  const input = words.text(sizeAround(2300, 0.96, random))
  const output = words.text(sizeAround(1200, 0.8, random))
  const thought = random() < 0.15 ? words.text(4000) : null
  const messages = [
    { role: 'system', content: system },
    { role: 'user', content: input },
  ]
  const request = JSON.stringify({ model: 'm', messages, temperature: 0.7, max_tokens: 2000 })
  const usage = {
    prompt_tokens: Math.round((system.length + input.length) / 4),
    completion_tokens: Math.round(output.length / 4),
    prompt_tokens_details: { cached_tokens: Math.round(system.length / 4) },
  }
  const streamed = random() < 0.2
  const answer = thought === null ? {} : { reasoning_content: thought }
  const pieces = streamed
    ? eventsOf(output, usage)
    : [wholeOf({ ...answer, content: output }, usage)]
  return {
    request: latin1(request),
    pieces: pieces.map(latin1),
    streamed,
    input: JSON.stringify({ system, messages: [asBlocks('user', input)] }),
    output,
  }
}

function wholeOf(message: object, usage: object): string {
  return JSON.stringify({
    id: 'chatcmpl-1',
    object: 'chat.completion',
    model: 'm-2026',
    choices: [{ index: 0, message: { role: 'assistant', ...message }, finish_reason: 'stop' }],
    usage,
  })
}

function eventsOf(output: string, usage: object): string[] {
  const deltas = output.match(/.{1,24}/gs) ?? []
  const chunks = [
    ...deltas.map((content) => ({ choices: [{ index: 0, delta: { content } }] })),
    { choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] },
    { choices: [], usage },
  ]
  const events = chunks.map((chunk) => {
    const head = { id: 'chatcmpl-1', object: 'chat.completion.chunk', model: 'm-2026' }
    return `data: ${JSON.stringify({ ...head, ...chunk })}\n\n`
  })
  return [...events, 'data: [DONE]\n\n']
}

function draftOf(of: Facts, bodies: Bodies, number: number): Draft {
  const { endedUs, failed } = of
  return {
    id: of.id,
    episodeId: of.episodeId,
    startedAt: of.startedAt,
    dialect: 'openai.chat',
    requestedModel: of.model,
    model: of.model,
    stream: bodies.streamed,
    outcome: failed ? 'upstream_error' : 'ok',
    status: failed ? 502 : 200,
    error: failed ? 'upstream_unavailable' : null,
    errorMessage: failed ? 'The provider answered 503.' : null,
    latencyUs: endedUs + 400,
    overheadUs: 400,
    ttftUs: of.ttftUs,
    tags: of.tags,
    warnings: [],
    configHash: 'c0ffee',
    body: bodies.request,
    contentType: null,
    told: number % 2 === 0 ? JSON.stringify(toldOf(of, bodies)) : null,
    answering: 0,
    attempts: [
      {
        id: idAt(of.startedAt, number + 0.5),
        number: 1,
        reason: 'first',
        model: of.model,
        variant: of.variantName,
        input: number % 2 === 0 ? bodies.input : null,
        provider: of.provider,
        providerType: of.provider,
        wire: 'openai_chat',
        upstreamModel: of.model,
        url: `https://${of.provider}.example/v1/chat/completions`,
        status: failed ? 503 : 200,
        error: failed ? 'upstream_unavailable' : null,
        errorMessage: null,
        startedUs: 300,
        headUs: of.ttftUs ?? endedUs - 100,
        ttftUs: of.ttftUs,
        endedUs,
        reusedSocket: true,
        staleRetry: false,
        mayHaveBeenBilled: false,
        cost: [],
        requestBody: bodies.request,
        responsePieces: bodies.pieces,
        bytesIn: sizeOf(bodies.pieces),
        responseType: null,
        streamed: bodies.streamed,
      },
    ],
  }
}

function toldOf(of: Facts, { input, output }: Bodies): Told {
  return {
    functionName: of.functionName,
    variantName: of.variantName,
    output: [{ type: 'text', text: output }],
    native: {
      type: 'chat',
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- made just above
      input: JSON.parse(input) as Told['native']['input'],
      output: [{ type: 'text', text: output }],
      inference_params: { chat_completion: { temperature: 0.7, max_tokens: 2000 } },
      extra_body: [],
    },
  }
}

function asBlocks(role: string, text: string) {
  return { role, content: [{ type: 'text', text }] }
}

function latin1(text: string): string {
  return Buffer.from(text).toString('latin1')
}
