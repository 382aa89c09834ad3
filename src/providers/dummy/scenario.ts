import { z } from 'zod'

const Ms = z.number().min(0).max(600_000)

const ToolCall = z.strictObject({
  id: z.string().optional().describe('Made up when it is left out.'),
  name: z.string(),
  arguments: z
    .union([z.string(), z.array(z.string()), z.record(z.string(), z.json())])
    .default({})
    .describe('A table, a text that is sent as it is, or a list of texts: one chunk each.'),
})

/** One step of an answer: in a stream, one chunk. */
const Part = z.union([
  z.string().describe('Text.'),
  z
    .strictObject({
      after_ms: Ms.optional().describe('Instead of `chunk_ms`.'),
      text: z.string().optional(),
      thought: z.string().optional().describe('Reasoning.'),
      signature: z.string().optional().describe('Sent with the thought.'),
      data: z.string().optional().describe('Encrypted reasoning, sent with the thought.'),
      tool_call: ToolCall.optional(),
      error: z.record(z.string(), z.json()).optional().describe('An error inside the answer.'),
      cut: z.literal(true).optional().describe('The connection breaks.'),
      stall: z.literal(true).optional().describe('Nothing more ever comes.'),
    })
    .refine((part) => PART_KINDS.filter((kind) => part[kind] !== undefined).length === 1, {
      error: 'give one of text, thought, tool_call, error, cut and stall',
    }),
])
type Part = z.infer<typeof Part>

const PART_KINDS = ['text', 'thought', 'tool_call', 'error', 'cut', 'stall'] as const

/** Sent as it is, instead of a chat completion: errors, web pages, anything. */
const Http = z.strictObject({
  status: z.int().min(200).max(599).default(200),
  content_type: z.string().optional().describe('`application/json`, or `text/plain` for a text.'),
  headers: z.record(z.string(), z.string()).default({}),
  body: z.union([z.string(), z.record(z.string(), z.json())]).optional(),
  message: z.string().optional().describe("The message of OpenAI's error body, without `body`."),
})

const ANSWER = {
  text: z.string().optional().describe('Streamed word by word.'),
  parts: z.array(Part).optional().describe('The answer step by step, instead of `text`.'),
  http: Http.optional().describe('A raw HTTP answer, instead of `text`.'),
  finish_reason: z.string().optional(),
  usage: z
    .union([z.literal(false), z.record(z.string(), z.json())])
    .optional()
    .describe("OpenAI's usage object; `false` for none; an estimate when it is left out."),
  first_ms: Ms.default(0).describe('Before the first byte.'),
  chunk_ms: Ms.default(10).describe('Before each chunk of a stream.'),
}

function isOneWay(answer: { text?: unknown; parts?: unknown; http?: unknown }): boolean {
  return [answer.text, answer.parts, answer.http].filter((way) => way !== undefined).length <= 1
}

const ONE_WAY = { error: 'give only one of text, parts and http' }

const Answer = z
  .strictObject({
    ...ANSWER,
    streamed: z
      .strictObject(ANSWER)
      .refine(isOneWay, ONE_WAY)
      .optional()
      .describe('Said instead where the client streams.'),
  })
  .refine(isOneWay, ONE_WAY)
export type Answer = z.infer<typeof Answer>

const Sequence = z.strictObject({
  sequence: z.array(Answer).min(1).describe('The first call gets the first answer, and so on.'),
  repeat: z.boolean().default(false).describe('Begin again after the last; else it stays.'),
})

/** A scenario file: what each model of the `dummy` provider answers. */
export const Scenario = z.strictObject({
  models: z.record(z.string(), z.union([Sequence, Answer])),
})
export type Scenario = z.infer<typeof Scenario>

export type Step = Exclude<Part, string>
