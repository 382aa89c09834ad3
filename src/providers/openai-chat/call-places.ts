import type { Citation } from '../../domain/chat.ts'
import { groupDetails } from '../../domain/details.ts'
import { asNumber, asObject, asString, type JsonObject } from '../../lib/json.ts'

/** For servers that do not number their calls. */
const NO_NUMBER = -1

/**
 * Says which tool call of an answer each piece belongs to. Most servers number them; some leave the
 * number out, some call every one 0: there a name with another id begins another call.
 */
export class CallPlaces {
  readonly #choices = new Map<number, Known>()
  readonly #thoughts = new Map<number, JsonObject>()
  /** Pieces of speech by the choices they are of, as bytes. */
  readonly #sounds = new Map<number, Buffer[]>()
  /** Tools that the provider runs itself, by their choices and numbers. */
  readonly #tools = new Map<number, Map<number, JsonObject>>()
  /** It is read piece by piece. */
  readonly streamed: boolean
  /** Choices that a piece has said something of. */
  readonly spoken = new Set<number>()
  /** Choices that have told how they ended. */
  readonly ended = new Set<number>()
  /** The answer has ended. */
  finished = false
  /** The pages beside the answer, by addresses and titles; null once they have been told. */
  readonly #pages = new Map<string, Citation | null>()
  /** The answer's own id: it tells calls of one turn from those of the next. */
  answer = ''

  constructor(streamed = false) {
    this.streamed = streamed
  }

  notePage(page: Citation): void {
    const name = `${page.url ?? ''} ${page.title ?? ''}`
    if (!this.#pages.has(name)) this.#pages.set(name, page)
  }

  /** The pages that have not been told. */
  takePages(): Citation[] {
    const pages = [...this.#pages.values()].filter((page) => page !== null)
    for (const name of this.#pages.keys()) this.#pages.set(name, null)
    return pages
  }

  /** A tool that the provider runs itself has begun. */
  beginTool(choice: number, number: number, tool: JsonObject): void {
    const tools = this.#tools.get(choice) ?? new Map<number, JsonObject>()
    this.#tools.set(choice, tools.set(number, tool))
  }

  endTool(choice: number, number: number): void {
    this.#tools.get(choice)?.delete(number)
  }

  /** Those that have begun and not ended; each is told once. */
  takeTools(choice: number): JsonObject[] {
    const tools = [...(this.#tools.get(choice)?.values() ?? [])]
    this.#tools.delete(choice)
    return tools
  }

  hear(choice: number, base64: string): void {
    const sound = this.#sounds.get(choice) ?? []
    sound.push(Buffer.from(base64, 'base64'))
    this.#sounds.set(choice, sound)
  }

  /** All that was heard of a choice, in base64; it is told once. */
  takeSound(choice: number): string {
    const sound = Buffer.concat(this.#sounds.get(choice) ?? [])
    this.#sounds.delete(choice)
    return sound.toString('base64')
  }

  hasCalls(choice: number): boolean {
    return (this.#choices.get(choice)?.taken.size ?? 0) > 0
  }

  /** Choices with calls that have not told how they ended; each is told once. */
  unfinishedCalls(): number[] {
    const open = [...this.#choices.keys()].filter((choice) => !this.ended.has(choice))
    for (const choice of open) this.ended.add(choice)
    return open
  }

  /** A name for a call that has none. */
  idOf(place: number): string {
    const stem = this.answer.replaceAll(/[^A-Za-z0-9]/g, '').slice(-24)
    return `call_${stem}${place}`
  }

  placeOf(choice: number, call: JsonObject): number {
    const known = this.#knownOf(choice)
    const number = asNumber(call['index']) ?? NO_NUMBER
    const id = asString(call['id']) ?? ''
    const last = known.calls.get(number)
    if (last && !beginsAnother(call, id, last.id)) return last.place
    const place = known.taken.has(number) || number === NO_NUMBER ? firstFree(known.taken) : number
    known.taken.add(place)
    known.calls.set(number, { place, id })
    return place
  }

  /** Pieces of reasoning by the thoughts they are of; `begins` where one follows another. */
  thoughts(
    choice: number,
    details: readonly JsonObject[],
  ): { pieces: JsonObject[]; begins: boolean }[] {
    const known = this.#thoughts.get(choice)
    const before = known ? [known] : []
    const groups = groupDetails(details, before)
    this.#thoughts.set(choice, digest(groups.at(-1) ?? []))
    const [first = [], ...others] = groups
    const goesOn = first.slice(before.length)
    const begun = others.map((pieces) => ({ pieces, begins: true }))
    return goesOn.length > 0 ? [{ pieces: goesOn, begins: false }, ...begun] : begun
  }

  #knownOf(choice: number): Known {
    const known = this.#choices.get(choice) ?? { calls: new Map(), taken: new Set() }
    this.#choices.set(choice, known)
    return known
  }
}

/** All that must be known of a thought's pieces to tell whether the next is of it too. */
function digest(pieces: readonly JsonObject[]): JsonObject {
  const known = ['index', 'id', 'signature', 'data'].flatMap((key) => {
    const value = pieces.find((piece) => piece[key])?.[key] ?? pieces[0]?.[key]
    return value === undefined ? [] : [[key, value] as const]
  })
  return Object.fromEntries(known)
}

interface Known {
  /** The latest call of each number. */
  readonly calls: Map<number, { place: number; id: string }>
  readonly taken: Set<number>
}

function beginsAnother(call: JsonObject, id: string, lastId: string): boolean {
  const fn = asObject(call['function']) ?? asObject(call['custom'])
  if (!asString(fn?.['name'])) return false
  if (id !== '' && lastId !== '') return id !== lastId
  return asNumber(call['index']) === undefined
}

function firstFree(taken: ReadonlySet<number>): number {
  let place = taken.size
  while (taken.has(place)) place++
  return place
}
