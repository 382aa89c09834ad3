/**
 * What the mock provider says. A model's name says how: `mock-<pieces>-<pause in ms>`. Streams
 * have that many chunks, the pause before each but the first; whole answers hold the same text,
 * after one pause. Names may differ by a number at the end, `_<number>`, that changes nothing.
 */
export interface Shape {
  readonly pieces: number
  readonly pauseMs: number
}

const MODEL = /^mock-(\d+)-(\d+)(_\d+)?$/

export function readShape(model: string): Shape {
  const match = MODEL.exec(model)
  return { pieces: Number(match?.[1] ?? 1), pauseMs: Number(match?.[2] ?? 0) }
}

/** The text of an answer: whoever asked can check that all of it came. */
export function answerText(pieces: number): string {
  return Array.from({ length: pieces }, (_, index) => pieceText(index)).join('')
}

/** A whole answer with its head: about 1.15 KB for 16 pieces. */
export function encodeAnswer(model: string, pieces: number): Buffer {
  const body = JSON.stringify({
    id: 'chatcmpl-B9MHDbslfkBeAs8l4bebGdFOJ6PeG',
    object: 'chat.completion',
    created: 1_741_570_283,
    model,
    choices: [
      {
        index: 0,
        message: { role: 'assistant', content: answerText(pieces), refusal: null, annotations: [] },
        logprobs: null,
        finish_reason: 'stop',
      },
    ],
    usage: usage(pieces),
    service_tier: 'default',
    system_fingerprint: 'fp_fc9f1d7035',
  })
  const head = `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\nx-request-id: req_mock\r\n\r\n`
  return Buffer.from(head + body)
}

/** Head of a streamed answer. */
export const STREAM_HEAD = Buffer.from(
  'HTTP/1.1 200 OK\r\ncontent-type: text/event-stream; charset=utf-8\r\ncache-control: no-cache\r\nx-request-id: req_mock\r\ntransfer-encoding: chunked\r\n\r\n',
)

/** The content chunks of a stream, each framed: about 315 bytes of event. */
export function encodeChunks(model: string, pieces: number): Buffer[] {
  return Array.from({ length: pieces }, (_, index) => {
    const delta =
      index === 0 ? { role: 'assistant', content: pieceText(0) } : { content: pieceText(index) }
    return frame(
      chunk(model, { choices: [{ index: 0, delta, logprobs: null, finish_reason: null }] }),
    )
  })
}

/** What follows the content: finish, usage, `[DONE]`, and the end of the HTTP body. */
export function encodeEnd(model: string, pieces: number): Buffer {
  const finish = chunk(model, {
    choices: [{ index: 0, delta: {}, logprobs: null, finish_reason: 'stop' }],
  })
  const total = chunk(model, { choices: [], usage: usage(pieces) })
  return Buffer.concat([
    frame(finish),
    frame(total),
    frame('data: [DONE]\n\n'),
    Buffer.from('0\r\n\r\n'),
  ])
}

function pieceText(index: number): string {
  return `${index}: 模型 says “naïve” – ответ… `
}

function chunk(model: string, fields: Record<string, unknown>): string {
  const event = {
    id: 'chatcmpl-B9MHDbslfkBeAs8l4bebGdFOJ6PeG',
    object: 'chat.completion.chunk',
    created: 1_741_570_283,
    model,
    service_tier: 'default',
    system_fingerprint: 'fp_fc9f1d7035',
    ...fields,
  }
  return `data: ${JSON.stringify(event)}\n\n`
}

function frame(event: string): Buffer {
  return Buffer.from(`${Buffer.byteLength(event).toString(16)}\r\n${event}\r\n`)
}

function usage(pieces: number): Record<string, unknown> {
  return {
    prompt_tokens: 213,
    completion_tokens: pieces * 12,
    total_tokens: 213 + pieces * 12,
    prompt_tokens_details: { cached_tokens: 0, audio_tokens: 0 },
    completion_tokens_details: {
      reasoning_tokens: 0,
      audio_tokens: 0,
      accepted_prediction_tokens: 0,
      rejected_prediction_tokens: 0,
    },
  }
}
