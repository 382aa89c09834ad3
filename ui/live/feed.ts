import type { LiveFrame, LogList, LogRow } from '../../src/api/ui/contract.ts'

/** What a running request has said so far, as this browser heard it. */
export interface StreamText {
  readonly text: string
  readonly reasoning: string
  readonly latencyMs: number
  /** When the first reasoning and the first text came; null until then. */
  readonly reasoningAtMs: number | null
  readonly textAtMs: number | null
}

/** Rows kept in the page; older ones are read again when the reader scrolls to them. */
const MAX_ROWS = 5_000

const SILENT: StreamText = {
  text: '',
  reasoning: '',
  latencyMs: 0,
  reasoningAtMs: null,
  textAtMs: null,
}

/**
 * The rows of one query, in the order the reader sees them: running ones on top, then the newest.
 * While it is held nothing that is seen moves: rows change in place and new ones wait in `held`.
 */
export class Feed {
  readonly rows = new Map<string, LogRow>()
  readonly streams = new Map<string, StreamText>()
  order: string[] = []
  held: string[] = []
  /** Where older rows go on: a cursor, null at the end of the log. */
  next: string | null = null
  isLoaded = false
  /** Counts changes, so that a view knows when to look again. */
  version = 0
  #isHeld = false

  hold(isHeld: boolean): void {
    if (this.#isHeld === isHeld) return
    this.#isHeld = isHeld
    if (!isHeld) this.#release()
  }

  apply(frame: LiveFrame): void {
    this.version++
    switch (frame.type) {
      case 'hello':
        return this.#restart(frame.rows)
      case 'start':
        return this.#put(frame.row)
      case 'end':
        this.streams.delete(frame.row.id)
        return this.#put(frame.row)
      case 'delta':
        return this.#append(frame)
      case 'attempt':
        // What a failed attempt had streamed is not part of the answer.
        this.streams.delete(frame.id)
        return
      case 'stats':
        return
    }
  }

  /** The newest page. When nothing of it is known, what is known has a hole above it: begin anew. */
  loadNewest(list: LogList): void {
    this.version++
    const overlaps = list.rows.some((row) => this.rows.get(row.id)?.state === 'done')
    const isFresh = !this.isLoaded || (!overlaps && list.next !== null)
    if (isFresh) {
      const finished = this.order.filter((id) => this.rows.get(id)?.state === 'done')
      for (const id of finished) this.rows.delete(id)
      this.order = this.order.filter((id) => this.rows.has(id))
      this.next = list.next
    }
    this.isLoaded = true
    for (const row of list.rows) this.#put(row)
  }

  loadOlder(list: LogList): void {
    this.version++
    for (const row of list.rows) {
      if (!this.rows.has(row.id)) this.order.push(row.id)
      this.rows.set(row.id, row)
    }
    this.next = list.next
  }

  row(id: string | undefined): LogRow | undefined {
    return id === undefined ? undefined : this.rows.get(id)
  }

  /** After a reconnection a row that is no longer running comes back with the newest page. */
  #restart(running: readonly LogRow[]): void {
    const ids = new Set(running.map((row) => row.id))
    for (const [id, row] of this.rows) {
      if (row.state === 'running' && !ids.has(id)) this.rows.delete(id)
    }
    this.order = this.order.filter((id) => this.rows.has(id))
    this.held = this.held.filter((id) => this.rows.has(id))
    this.streams.clear()
    for (const row of running) this.#put(row)
  }

  #put(row: LogRow): void {
    const known = this.rows.get(row.id)
    if (known?.state === 'done' && row.state === 'running') return
    this.rows.set(row.id, row)
    if (known !== undefined && (this.#isHeld || known.state === row.state)) return
    if (known !== undefined) this.order.splice(this.order.indexOf(row.id), 1)
    if (this.#isHeld && this.isLoaded) this.held.unshift(row.id)
    else this.#insert(row)
  }

  /** New rows belong near the top, so the search is short. */
  #insert(row: LogRow): void {
    const at = this.order.findIndex((id) => {
      const other = this.rows.get(id)
      return other !== undefined && compareRows(row, other) < 0
    })
    this.order.splice(at === -1 ? this.order.length : at, 0, row.id)
    if (this.order.length > MAX_ROWS) this.#trim()
  }

  #trim(): void {
    for (const id of this.order.splice(MAX_ROWS - 200)) this.rows.delete(id)
    this.next = CUT
  }

  #append(frame: LiveFrame & { type: 'delta' }): void {
    const { text, reasoning, latency_ms: latencyMs } = frame
    const before = this.streams.get(frame.id) ?? SILENT
    this.streams.set(frame.id, {
      text: before.text + text,
      reasoning: before.reasoning + reasoning,
      latencyMs,
      reasoningAtMs: before.reasoningAtMs ?? (reasoning === '' ? null : latencyMs),
      textAtMs: before.textAtMs ?? (text === '' ? null : latencyMs),
    })
  }

  #release(): void {
    this.version++
    const rows = [...this.held, ...this.order].flatMap((id) => this.rows.get(id) ?? [])
    this.order = rows.toSorted(compareRows).map((row) => row.id)
    this.held = []
    if (this.order.length > MAX_ROWS) this.#trim()
  }
}

/** In place of a cursor: the tail was dropped, so older rows are found by time. */
export const CUT = '\0cut'

function compareRows(left: LogRow, right: LogRow): number {
  if (left.state !== right.state) return left.state === 'running' ? -1 : 1
  if (left.started_at !== right.started_at) return left.started_at > right.started_at ? -1 : 1
  return left.id > right.id ? -1 : 1
}
