import { isUtf8 } from 'node:buffer'
import type { JsonObject } from '../lib/json.ts'
import type { AttemptDraft, Draft } from './draft.ts'

/** What was kept a byte a character, as text. */
export function utf8(latin1: string): string {
  return Buffer.from(latin1, 'latin1').toString('utf8')
}

/**
 * The body that was sent, for the record. Of a form its fields, with each file as what it is:
 * `fields` are the client's, and only the model's name was another.
 */
export function requestText(attempt: AttemptDraft, draft: Draft, fields: JsonObject) {
  const { upstreamModel } = attempt
  const { contentType } = draft
  const requestBody = attempt.requestBody ?? draft.body
  if (requestBody === '' || contentType === null || !isForm(contentType)) return utf8(requestBody)
  return JSON.stringify({ ...fields, model: upstreamModel })
}

function isForm(type: string): boolean {
  return /^multipart\//i.test(type)
}

/** The body that came, for the record: text, or what it is: `[binary audio/mpeg, 12345 bytes]`. */
export function responseText({ responsePieces, responseType, streamed }: AttemptDraft): string {
  const bytes = Buffer.from(responsePieces.join(''), 'latin1')
  const type = responseType?.split(';')[0]?.trim() ?? ''
  if (streamed || isText(type, bytes)) return bytes.toString('utf8')
  return `[binary ${type === '' ? 'data' : type}, ${bytes.length} bytes]`
}

/** Text that was cut in the middle of a letter is text all the same. */
function isText(type: string, bytes: Buffer): boolean {
  if (bytes.length === 0 || /^text\/|json|xml/i.test(type)) return true
  return !/^(?:audio|image|video)\//i.test(type) && isUtf8(bytes)
}
