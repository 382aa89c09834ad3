import type { Json, JsonObject } from '../lib/json.ts'
import { GatewayError } from './errors.ts'

/** Keys that could reach a prototype in code that reads the result carelessly. */
const FORBIDDEN_KEYS: ReadonlySet<string> = new Set(['__proto__', 'prototype', 'constructor'])
const INDEX = /^(?:0|[1-9]\d*)$/

/** The keys of a JSON pointer (RFC 6901), unescaped. `''` is the whole value and has none. */
export function parsePointer(pointer: string): string[] {
  if (pointer === '') return []
  if (!pointer.startsWith('/')) throw refuse(pointer, 'it must begin with `/`')
  if (/~(?![01])/.test(pointer)) throw refuse(pointer, 'write `~0` for a `~` and `~1` for a `/`')
  const keys = pointer
    .slice(1)
    .split('/')
    .map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'))
  const forbidden = keys.find((key) => FORBIDDEN_KEYS.has(key))
  if (forbidden !== undefined) throw refuse(pointer, `the key \`${forbidden}\` is not allowed`)
  return keys
}

/** The value at a pointer; undefined when there is none. */
export function readPointer(value: Json, pointer: string): Json | undefined {
  return readAt(value, parsePointer(pointer))
}

/** The same for a pointer that was parsed before. */
export function readAt(value: Json, keys: readonly string[]): Json | undefined {
  let found: Json | undefined = value
  for (const key of keys) {
    if (found === undefined) return undefined
    found = step(found, key)
  }
  return found
}

/**
 * A copy of `body` with a value put in at a pointer; what was not on the way is shared. Missing
 * parents are made, and `-` at the end appends to a list.
 */
export function writePointer(body: JsonObject, pointer: string, value: Json): JsonObject {
  const [first, ...rest] = keysWithin(pointer)
  return { ...body, [first]: written(ownValue(body, first), rest, { pointer, value }) }
}

/** A copy of `body` without the value at a pointer. What is not there needs no deleting. */
export function deletePointer(body: JsonObject, pointer: string): JsonObject {
  const [first, ...rest] = keysWithin(pointer)
  const inner = ownValue(body, first)
  if (inner === undefined) return body
  if (rest.length === 0) return withoutKey(body, first)
  return { ...body, [first]: removed(inner, rest, pointer) }
}

interface Writing {
  readonly pointer: string
  readonly value: Json
}

function written(target: Json | undefined, keys: readonly string[], writing: Writing): Json {
  const [key, ...rest] = keys
  if (key === undefined) return writing.value
  if (target === undefined) return made(key, rest, writing)
  if (Array.isArray(target)) return writtenInList(target, keys, writing)
  if (typeof target !== 'object' || target === null) {
    throw refuse(writing.pointer, `\`${key}\` would stand inside ${JSON.stringify(target)}`)
  }
  return { ...target, [key]: written(ownValue(target, key), rest, writing) }
}

function made(key: string, rest: readonly string[], writing: Writing): Json {
  if (key === '-') return writtenInList([], [key, ...rest], writing)
  // A number could be an index of a list or a key of an object: only the caller knows.
  if (INDEX.test(key)) {
    throw refuse(writing.pointer, `there is no list for the index ${key}; append with \`-\``)
  }
  return { [key]: written(undefined, rest, writing) }
}

function writtenInList(list: Json[], keys: readonly string[], writing: Writing): Json[] {
  const [key = '', ...rest] = keys
  if (key === '-') {
    if (rest.length > 0) throw refuse(writing.pointer, '`-` may only stand at the end')
    return [...list, writing.value]
  }
  const old = step(list, key)
  if (old === undefined) {
    throw refuse(writing.pointer, `the list has ${list.length} elements and none at \`${key}\``)
  }
  return list.with(Number(key), written(old, rest, writing))
}

function removed(value: Json, keys: readonly string[], pointer: string): Json {
  const [key = '', ...rest] = keys
  if (Array.isArray(value) && key === '-') {
    throw refuse(pointer, '`-` names the place behind the last element, where nothing is')
  }
  const inner = step(value, key)
  if (inner === undefined || typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) {
    const index = Number(key)
    if (rest.length === 0) return value.toSpliced(index, 1)
    return value.with(index, removed(inner, rest, pointer))
  }
  if (rest.length === 0) return withoutKey(value, key)
  return { ...value, [key]: removed(inner, rest, pointer) }
}

function withoutKey(object: JsonObject, key: string): JsonObject {
  const { [key]: _, ...rest } = object
  return rest
}

function step(value: Json, key: string): Json | undefined {
  if (Array.isArray(value)) return INDEX.test(key) ? value[Number(key)] : undefined
  return typeof value === 'object' && value !== null ? ownValue(value, key) : undefined
}

function ownValue(object: JsonObject, key: string): Json | undefined {
  return Object.hasOwn(object, key) ? object[key] : undefined
}

function keysWithin(pointer: string): [string, ...string[]] {
  const [first, ...rest] = parsePointer(pointer)
  if (first === undefined) throw refuse(pointer, 'the whole body cannot be replaced or deleted')
  return [first, ...rest]
}

/** In TensorZero's words. */
function refuse(pointer: string, reason: string): GatewayError {
  const message = `Error replacing extra body: \`${reason}\` with pointer: \`${pointer}\``
  return new GatewayError('invalid_request', message)
}
