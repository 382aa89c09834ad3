import type { Clock } from '../lib/clock.ts'
import { asArray, asObject, asString, type JsonObject } from '../lib/json.ts'
import { Lru } from '../lib/lru.ts'

/** What is remembered of a conversation so far: which episode it is. */
interface Link {
  /** Null: of two that have not gone on since, nobody can tell which one will. */
  episodeId: string | null
  at: number
  /** A later turn was seen. */
  goneOn: boolean
}

/** A request's place in its conversation. */
export interface Turn {
  /** The episode of the turns before; null where there are none, or nobody knows. */
  readonly episodeId: string | null
  /** Stands for all that was said until the answer to this request. */
  readonly key: number
}

const MOST_REMEMBERED = 10_000
const REMEMBERED_MS = 3_600_000

/**
 * Finds the conversations of clients that name no episode. A request that goes on where an earlier
 * one was answered says again all that the earlier one said, then the answer: so the two belong
 * together. Told by a hash of who said what; the instructions do not count, since many programs put
 * the time into them, and neither does the answer, which streams past unread.
 */
export class Conversations {
  readonly #clock: Clock
  readonly #seed: number
  readonly #links = new Lru<number, Link>(MOST_REMEMBERED)

  /** `seed`: so that nobody can make up a conversation with the hash of another one. */
  constructor(clock: Clock, seed: number) {
    this.#clock = clock
    this.#seed = seed
  }

  /** Null for what is no conversation. */
  find(body: JsonObject): Turn | null {
    const { before, all } = hashesOf(body, this.#seed)
    if (all === null) return null
    const link = before === null ? undefined : this.#links.get(before)
    if (!link || this.#isOld(link)) return { episodeId: null, key: all }
    if (link.episodeId !== null) link.goneOn = true
    return { episodeId: link.episodeId, key: all }
  }

  /** It was answered: what comes next may go on from here. */
  answered({ key }: Turn, episodeId: string): void {
    const at = this.#clock.now()
    const present = this.#links.get(key)
    if (!present || present.goneOn || this.#isOld(present)) {
      this.#links.set(key, { episodeId, at, goneOn: false })
    } else if (present.episodeId !== episodeId) present.episodeId = null
  }

  #isOld({ at }: Link): boolean {
    return this.#clock.now() - at > REMEMBERED_MS
  }
}

/** Of all messages, and of those before the last answer among them; null where there are none. */
function hashesOf(body: JsonObject, seed: number): { before: number | null; all: number | null } {
  const messages = messagesIn(body)
  const answer = lastAnswer(messages)
  const hash = new Hash(seed)
  let before: number | null = null
  let said = 0
  for (const [at, message] of messages.entries()) {
    if (at === answer && said > 0) before = hash.value()
    if (isInstruction(message)) continue
    said++
    addMessage(hash, message)
  }
  return { before, all: said > 0 ? hash.value() : null }
}

/** Every API has its own word for them. */
function messagesIn(body: JsonObject): JsonObject[] {
  const { input } = body
  if (typeof input === 'string') return [{ role: 'user', content: input }]
  const list = asArray(body['messages'] ?? body['contents'] ?? input)
  const messages: JsonObject[] = []
  for (const item of list) {
    const message = asObject(item)
    if (message) messages.push(message)
  }
  return messages
}

/** Where the answer begins that the model gave last; -1 where it gave none. */
function lastAnswer(messages: readonly JsonObject[]): number {
  let at = messages.findLastIndex(isAnswer)
  while (at > 0 && isAnswer(messages[at - 1])) at--
  return at
}

function isAnswer(message: JsonObject | undefined): boolean {
  const role = message?.['role']
  if (role !== undefined) return role === 'assistant' || role === 'model'
  // Items of the Responses API: what is no output of a tool was made by the model.
  const type = message?.['type']
  return typeof type === 'string' && type !== 'message' && !type.endsWith('_output')
}

function isInstruction(message: JsonObject): boolean {
  const { role } = message
  return role === 'system' || role === 'developer'
}

function addMessage(hash: Hash, message: JsonObject): void {
  const { role, content, parts, type, output } = message
  hash.add(asString(role) ?? asString(type) ?? '')
  hash.add(asString(message['tool_call_id'] ?? message['call_id']) ?? '')
  for (const said of [content ?? parts, output]) {
    if (typeof said === 'string') hash.add(said)
    else for (const part of asArray(said)) addPart(hash, asObject(part) ?? {})
  }
}

function addPart(hash: Hash, part: JsonObject): void {
  hash.add(asString(part['text']) ?? '')
  hash.add(asString(part['tool_use_id']) ?? asString(part['id']) ?? '')
  const said = part['content']
  if (typeof said === 'string') hash.add(said)
}

/** Of a long text, its ends and its length tell enough. */
const END_LENGTH = 128

/** Two multiplicative hashes side by side, 53 bits in all: enough for what is remembered. */
class Hash {
  #one: number
  #other: number

  constructor(seed: number) {
    this.#one = seed ^ 0xdeadbeef
    this.#other = seed ^ 0x41c6ce57
  }

  add(text: string): void {
    const { length } = text
    if (length <= 2 * END_LENGTH) this.#mix(text, 0, length)
    else {
      this.#mix(text, 0, END_LENGTH)
      this.#mix(text, length - END_LENGTH, length)
    }
    this.#one = Math.imul(this.#one ^ length, 0x85ebca6b)
    this.#other = Math.imul(this.#other ^ length, 0xc2b2ae35)
  }

  value(): number {
    const one = Math.imul(this.#one ^ (this.#one >>> 16), 0x85ebca6b)
    const other = Math.imul(this.#other ^ (this.#other >>> 13), 0xc2b2ae35)
    return (other >>> 11) * 2 ** 32 + (one >>> 0)
  }

  #mix(text: string, from: number, to: number): void {
    let [one, other] = [this.#one, this.#other]
    for (let at = from; at < to; at++) {
      const code = text.charCodeAt(at)
      one = Math.imul(one ^ code, 0x9e3779b1)
      other = Math.imul(other ^ code, 0x5f356495)
    }
    this.#one = one
    this.#other = other
  }
}
