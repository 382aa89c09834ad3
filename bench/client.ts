import http from 'node:http'
import { z } from 'zod'
import { answerText, readShape } from './answers.ts'

export interface Question {
  readonly port: number
  readonly model: string
  readonly stream: boolean
  readonly prompt: string
  /** `false`: a connection of its own. */
  readonly agent: http.Agent | false
}

export interface Outcome {
  /** Null: the whole answer came, each character of it. */
  readonly error: string | null
  /** The gateway's id of it. */
  readonly id: string | null
}

const TIME_LIMIT_MS = 30_000

const Whole = z.object({
  choices: z.array(z.object({ message: z.object({ content: z.string() }) })),
})
const Chunk = z.object({
  choices: z.array(z.object({ delta: z.object({ content: z.string().optional() }) })),
})

/** Asks as a client would and checks the answer against what the mock says. Never throws. */
export async function ask(question: Question): Promise<Outcome> {
  try {
    const response = await send(question)
    const body = (await response.setEncoding('utf8').toArray()).join('')
    const id = response.headers['x-weir-inference-id']
    const error = findFault(question, response.statusCode ?? 0, body)
    return { error, id: typeof id === 'string' ? id : null }
  } catch (thrown) {
    return { error: thrown instanceof Error ? thrown.message : String(thrown), id: null }
  }
}

async function send({
  port,
  model,
  stream,
  prompt,
  agent,
}: Question): Promise<http.IncomingMessage> {
  const body = JSON.stringify({ model, stream, messages: [{ role: 'user', content: prompt }] })
  const { promise, resolve, reject } = Promise.withResolvers<http.IncomingMessage>()
  const request = http.request({
    host: '127.0.0.1',
    port,
    path: '/v1/chat/completions',
    method: 'POST',
    agent,
    headers: {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
      authorization: 'Bearer none',
    },
    signal: AbortSignal.timeout(TIME_LIMIT_MS),
  })
  request.on('response', resolve).on('error', reject).end(body)
  return promise
}

function findFault({ model, stream }: Question, status: number, body: string): string | null {
  if (status !== 200) return `status ${status}: ${body.slice(0, 200)}`
  if (stream && !body.trimEnd().endsWith('data: [DONE]')) return 'no [DONE]'
  const text = stream ? readStreamText(body) : readWholeText(body)
  return text === answerText(readShape(model).pieces) ? null : 'not the text that was sent'
}

function readWholeText(body: string): string | undefined {
  return Whole.parse(JSON.parse(body)).choices[0]?.message.content
}

function readStreamText(body: string): string {
  return body
    .split('\n\n')
    .filter((event) => event.startsWith('data: {'))
    .map((event) => Chunk.parse(JSON.parse(event.slice('data: '.length))))
    .map(({ choices }) => choices[0]?.delta.content ?? '')
    .join('')
}
