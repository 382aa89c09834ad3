import type { Json } from '../../domain/chat.ts'

/** Of a column that only we write. */
export function jsonOf(text: string): Json {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the server has checked that it is JSON
  return JSON.parse(text) as Json
}
