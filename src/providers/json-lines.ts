import { asObject, type JsonObject, parseJson } from '../lib/json.ts'

const NEWLINE = 0x0a

/** The objects in a file of one JSON value a line; what is no object is left out. */
export function* readJsonLines(bytes: Buffer): Generator<JsonObject> {
  for (let start = 0; start < bytes.length;) {
    const found = bytes.indexOf(NEWLINE, start)
    const end = found < 0 ? bytes.length : found
    const value = asObject(parseJson(bytes.toString('utf8', start, end)))
    if (value) yield value
    start = end + 1
  }
}

export function readJsonObject(bytes: Buffer): JsonObject {
  return asObject(parseJson(bytes.toString('utf8'))) ?? {}
}
