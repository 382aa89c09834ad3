import { z } from 'zod'
import { parsePointer } from '../domain/pointer.ts'

const Location = z
  .string()
  .regex(
    /^(?:(?:env|path|path_from_env|dynamic)::.+|sdk|none)$/,
    'must be `env::NAME`, `path::FILE`, `path_from_env::NAME`, `dynamic::NAME`, `sdk` or `none`',
  )

/** Where a key comes from. The file never holds the key itself. */
export const CredentialLocation = z.union([
  Location,
  z.strictObject({
    default: Location.describe('Tried first.'),
    fallback: Location.describe('Used when the first gives nothing.'),
  }),
])
export type CredentialLocation = z.infer<typeof CredentialLocation>

export const HttpUrl = z.string().refine(isHttpUrl, 'must be an http:// or https:// address')

export function isHttpUrl(text: string): boolean {
  return /^https?:\/\/[^\s/]/i.test(text) && URL.canParse(text)
}

const Milliseconds = z.int().min(1)

export const Timeouts = z.strictObject({
  non_streaming: z
    .strictObject({
      total_ms: Milliseconds.optional().describe('Longest time for a whole answer, in ms.'),
    })
    .optional(),
  streaming: z
    .strictObject({
      ttft_ms: Milliseconds.optional().describe('Longest wait for the first content, in ms.'),
      total_ms: Milliseconds.optional().describe('Longest time for a whole stream, in ms.'),
      idle_ms: Milliseconds.optional().describe('Longest silence between two events, in ms.'),
    })
    .optional(),
})
export type Timeouts = z.infer<typeof Timeouts>

export const Retries = z.strictObject({
  num_retries: z.int().min(0).default(0).describe('Further tries of the whole routing list.'),
  max_delay_s: z
    .number()
    .min(0)
    .default(10)
    .describe('Longest pause between two tries, in seconds.'),
})

export type Retries = z.infer<typeof Retries>

export const ExtraBody = z
  .array(
    z
      .strictObject({
        pointer: z
          .string()
          .min(1)
          .refine(isPointer, 'must be a JSON pointer, like `/a/b`')
          .describe('A JSON pointer into the request body; `/list/-` adds to a list.'),
        value: z.json().optional().describe('What to put there.'),
        delete: z.literal(true).optional().describe('Takes the field out instead.'),
      })
      .refine(hasValueOrDelete, 'needs either `value` or `delete = true`'),
  )
  .default([])

export const ExtraHeaders = z
  .array(
    z
      .strictObject({
        name: z
          .string()
          .regex(/^[\w!#$%&'*+.^`|~-]+$/, 'must be the name of an HTTP header')
          .describe("The header's name."),
        value: z
          .string()
          .regex(/^[^\r\n\0]*$/, 'must not hold line breaks')
          .optional()
          .describe('What to send.'),
        delete: z.literal(true).optional().describe('Takes the header out instead.'),
      })
      .refine(hasValueOrDelete, 'needs either `value` or `delete = true`'),
  )
  .default([])

function hasValueOrDelete(entry: { value?: unknown; delete?: true | undefined }): boolean {
  return (entry.value === undefined) !== (entry.delete === undefined)
}

const Pointer = z.string().refine(isPointer, 'must be a JSON pointer, like `/usage/prompt_tokens`')

/** Whether those who use the pointer later will accept it. */
function isPointer(text: string): boolean {
  try {
    parsePointer(text)
    return true
  } catch {
    return false
  }
}

const rate = {
  cost_per_million: z.number().optional().describe('US dollars for a million units.'),
  cost_per_unit: z.number().optional().describe('US dollars for one unit.'),
  required: z.boolean().default(false).describe('Without this value the cost is unknown.'),
}

export const Cost = z
  .array(
    z
      .strictObject({
        pointer: Pointer.optional().describe(
          "Where the number of units stands in the provider's answer.",
        ),
        pointer_nonstreaming: Pointer.optional().describe('The same, for whole answers only.'),
        pointer_streaming: Pointer.optional().describe('The same, for the events of a stream.'),
        ...rate,
      })
      .refine(hasOneRate, 'needs exactly one of `cost_per_million` and `cost_per_unit`')
      .refine(
        ({ pointer, pointer_nonstreaming: whole, pointer_streaming: streamed }) =>
          pointer === undefined
            ? whole !== undefined && streamed !== undefined
            : whole === undefined && streamed === undefined,
        'needs either `pointer`, or both `pointer_nonstreaming` and `pointer_streaming`',
      ),
  )
  .default([])
export type Cost = z.infer<typeof Cost>

export const BatchCost = z
  .array(
    z
      .strictObject({
        pointer: Pointer.describe("Where the number of units stands in the provider's answer."),
        ...rate,
      })
      .refine(hasOneRate, 'needs exactly one of `cost_per_million` and `cost_per_unit`'),
  )
  .default([])

function hasOneRate(entry: {
  cost_per_million?: number | undefined
  cost_per_unit?: number | undefined
}): boolean {
  return (entry.cost_per_million === undefined) !== (entry.cost_per_unit === undefined)
}
