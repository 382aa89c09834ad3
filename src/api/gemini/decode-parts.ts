import type { Block, FileBlock } from '../../domain/chat.ts'
import { asObject, asString, fieldsBeside, objectsIn } from '../../lib/json.ts'
import type { Json, JsonObject } from '../../lib/json.ts'
import { compact } from '../compact.ts'
import { carriedIn, fieldsIn } from '../server-work/carried.ts'
import { camel } from './schema.ts'

const WIRE = 'gemini'

/**
 * Ids for calls and results that have none: the first result of a name belongs to its first call
 * that has none yet.
 */
export class CallIds {
  #count = 0
  readonly #open = new Map<string, string[]>()

  called(name: string, id: string | undefined): string {
    const given = id ?? `call_${this.#count++}_${name}`
    this.#open.set(name, [...(this.#open.get(name) ?? []), given])
    return given
  }

  answered(name: string, id: string | undefined): string {
    const open = this.#open.get(name) ?? []
    const [first] = open
    const found = id ?? first ?? `call_${this.#count++}_${name}`
    this.#open.set(
      name,
      open.filter((each) => each !== found),
    )
    return found
  }
}

/** Another provider's own blocks, which stand beside a part that tells of them. */
export function carriedByPart(part: JsonObject): Block[] | null {
  return carriedIn(metadataOf(part) ?? {})
}

/** Where a part holds what its client is to bring back. */
export function metadataOf(part: JsonObject): JsonObject | undefined {
  return asObject(camel(part)['partMetadata'])
}

const TEXT_FIELDS = new Set(['text', 'thought', 'thoughtSignature', 'partMetadata'])

/** A part in our nouns; one of an unknown kind is kept whole. */
export function decodePart(said: JsonObject, ids: CallIds): Block {
  const part = camel(said)
  const signature = asString(part['thoughtSignature'])
  const signed = compact({ signature })
  const text = asString(part['text'])
  if (text !== undefined && !fieldsBeside(part, TEXT_FIELDS)) {
    if (part['thought'] === true) return decodeThought(part, text, signature)
    return { type: 'text', text, ...signed, ...fieldsIn({}, WIRE, metadataOf(part)) }
  }
  const call = asObject(part['functionCall'])
  if (call) {
    const name = asString(call['name']) ?? ''
    const id = ids.called(name, asString(call['id']))
    const written = JSON.stringify(call['args'] ?? {})
    const own = fieldsIn({}, WIRE, metadataOf(part))
    return { type: 'tool_call', id, name, arguments: written, ...signed, ...own }
  }
  const result = asObject(part['functionResponse'])
  if (result) return decodeResult(result, ids)
  const file = decodeFile(part)
  return file ? { ...file, ...signed } : { type: 'unknown', data: said, wire: WIRE }
}

/** What we told the client of another provider's thought comes back beside it. */
function decodeThought(part: JsonObject, text: string, signature: string | undefined): Block {
  const metadata = asObject(part['partMetadata'])
  const { encrypted, id, format } = asObject(metadata?.['weir']) ?? {}
  const secret = encrypted === true ? { data: signature } : { signature }
  return {
    type: 'thought',
    text,
    ...compact({ ...secret, id: asString(id), format: asString(format) }),
  }
}

/** A lone text stands in `result` or `output`; anything else is JSON. */
function decodeResult(result: JsonObject, ids: CallIds): Block {
  const name = asString(result['name']) ?? ''
  const id = ids.answered(name, asString(result['id']))
  const response = asObject(result['response']) ?? {}
  const [only, ...others] = Object.entries(response)
  const lone = only && others.length === 0 && ['result', 'output', 'error'].includes(only[0])
  const text = lone && typeof only[1] === 'string' ? only[1] : JSON.stringify(response)
  const failed = only?.[0] === 'error' && others.length === 0
  const files = objectsIn(result['parts']).flatMap((part) => decodeFile(camel(part)) ?? [])
  const pieces: Block[] = [{ type: 'text', text }, ...files]
  return {
    type: 'tool_result',
    id,
    name,
    result: text,
    ...(failed && { isError: true }),
    ...(files.length > 0 && { content: pieces }),
  }
}

const PART_FIELDS = new Set([
  ...TEXT_FIELDS,
  'functionCall',
  'functionResponse',
  'inlineData',
  'fileData',
])

/** What stands beside a text or a file that other formats have no word for, in words for the client. */
export function unreadParts(contents: readonly Json[]): string[] {
  const parts = contents.flatMap((content) => objectsIn(asObject(content)?.['parts'])).map(camel)
  const known = parts.filter(
    (part) => !carriedByPart(part) && Object.keys(part).some((key) => PART_FIELDS.has(key)),
  )
  const names = known.flatMap((part) => Object.keys(fieldsBeside(part, PART_FIELDS) ?? {}))
  return [...new Set(names)].map((name) => `\`${name}\` of a part`)
}

function decodeFile(part: JsonObject): FileBlock | null {
  const inline = camel(asObject(part['inlineData']) ?? {})
  const data = asString(inline['data'])
  if (data !== undefined) {
    const mimeType = asString(inline['mimeType']) ?? ''
    const url = `data:${mimeType};base64,${data}`
    return {
      type: 'file',
      url,
      mimeType,
      ...compact({ filename: asString(inline['displayName']) }),
    }
  }
  const named = camel(asObject(part['fileData']) ?? {})
  const url = asString(named['fileUri'])
  if (url === undefined) return null
  return { type: 'file', url, ...compact({ mimeType: asString(named['mimeType']) }) }
}
