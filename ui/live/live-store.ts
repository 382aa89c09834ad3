import type { LiveFrame, LogList } from '../../src/api/ui/contract.ts'
import { getJson, postJson, RequestError, searchOf } from '../data/request.ts'
import { CUT, Feed } from './feed.ts'

interface LogQuery {
  readonly q: string
  readonly from?: number | undefined
  readonly to?: number | undefined
}

type Stats = Extract<LiveFrame, { type: 'stats' }>

export interface LiveState {
  readonly connection: 'connecting' | 'live' | 'offline'
  /** When the stream was last heard, while it is not. */
  readonly lostAtMs: number | null
  readonly stats: Stats | null
  /** Why the query was refused; the rows are then those of the query before. */
  readonly queryError: string | null
  /** Why the log could not be read at all. */
  readonly loadError: string | null
  readonly feed: Feed
  readonly isLoading: boolean
  readonly isLoadingOlder: boolean
  /** Requests seen to start since the page was opened. */
  readonly started: number
}

const FRAMES = ['hello', 'start', 'delta', 'attempt', 'end', 'stats'] as const
const PAGE = 200
/** Readers see a change at once, and then at most ten times a second. */
const NOTIFY_EVERY_MS = 100
const RETRY_MS = 2_000
/** Stats come each second: after this much silence the line is dead, whatever the socket says. */
const SILENCE_MS = 6_000
/** A hidden tab lets go of its stream: a browser has few connections to one host. */
const HIDDEN_MS = 20_000

/**
 * One stream of frames per tab, and the log it keeps up to date. The newest page is read when the
 * stream says hello, so nothing falls between the two.
 */
export class LiveStore {
  state: LiveState = {
    connection: 'connecting',
    lostAtMs: null,
    stats: null,
    queryError: null,
    loadError: null,
    feed: new Feed(),
    isLoading: true,
    isLoadingOlder: false,
    started: 0,
  }
  #listeners = new Set<() => void>()
  #source: EventSource | null = null
  #session: string | null = null
  /** What the reader asked for, and what the stream runs with: the last one that was understood. */
  #asked: LogQuery = { q: '' }
  #query: LogQuery = { q: '' }
  #good: LogQuery | null = null
  #heardAtMs = Date.now()
  #retryTimer: ReturnType<typeof setTimeout> | undefined
  #notifyTimer: ReturnType<typeof setTimeout> | undefined
  #hiddenTimer: ReturnType<typeof setTimeout> | undefined
  #isDirty = false
  #watched = ''
  #hasHello = false

  /** Opens the stream; the returned function closes it. */
  start(): () => void {
    const watchdog = setInterval(() => this.#checkSilence(), 1_000)
    const onVisibility = (): void => this.#onVisibility()
    document.addEventListener('visibilitychange', onVisibility)
    this.#connect(this.state.feed)
    return () => {
      clearInterval(watchdog)
      clearTimeout(this.#hiddenTimer)
      document.removeEventListener('visibilitychange', onVisibility)
      this.#disconnect()
    }
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** The rows shown stay until those of the new query are here. */
  setQuery(query: LogQuery): void {
    if (sameQuery(query, this.#asked)) return
    this.#asked = query
    this.#set({ queryError: null })
    if (sameQuery(query, this.#query)) return
    this.#query = query
    this.#set({ isLoading: true })
    this.#connect(new Feed())
  }

  retry(): void {
    this.#connect(this.state.feed)
  }

  hold(isHeld: boolean): void {
    this.state.feed.hold(isHeld)
    this.#notify()
  }

  /** Names the running rows whose text is wanted here. */
  watch(ids: readonly string[]): void {
    const session = this.#session
    const wanted = ids.slice(0, 100)
    const key = `${session ?? ''} ${wanted.toSorted().join(' ')}`
    if (session === null || key === this.#watched) return
    this.#watched = key
    postJson('/internal/ui/live/watch', { session, ids: wanted }).catch(() => {
      this.#watched = ''
    })
  }

  async loadOlder(): Promise<void> {
    const { feed, isLoadingOlder } = this.state
    if (isLoadingOlder || feed.next === null) return
    this.#set({ isLoadingOlder: true })
    try {
      const list = await getJson<LogList>(`/internal/ui/logs${this.#olderSearch(feed, feed.next)}`)
      feed.loadOlder(list)
      this.#set({ isLoadingOlder: false, loadError: null })
      this.#lookOn()
    } catch (error) {
      this.#set({ isLoadingOlder: false, loadError: messageOf(error) })
    }
  }

  /** A search of texts says how far it looked, which may be before it found a row. */
  #lookOn(): void {
    const { feed } = this.state
    if (feed.order.length === 0 && feed.next !== null) void this.loadOlder()
  }

  #olderSearch(feed: Feed, next: string): string {
    const query = this.#good ?? this.#query
    if (next !== CUT) return searchOf({ ...query, before: next, limit: PAGE })
    const last = feed.row(feed.order.at(-1))
    const to = last === undefined ? query.to : Date.parse(last.started_at) + 1
    return searchOf({ ...query, to, limit: PAGE })
  }

  #connect(feed: Feed): void {
    this.#disconnect()
    const query = this.#query
    const source = new EventSource(`/internal/ui/live${searchOf({ q: query.q })}`)
    this.#source = source
    this.#heardAtMs = Date.now()
    this.#hasHello = false
    for (const type of FRAMES) {
      source.addEventListener(type, (event: MessageEvent<string>) => {
        if (this.#source === source) this.#receive(JSON.parse(event.data), feed)
      })
    }
    source.addEventListener('error', () => {
      if (this.#source === source) this.#onError(feed)
    })
  }

  #disconnect(): void {
    clearTimeout(this.#retryTimer)
    this.#source?.close()
    this.#source = null
    this.#session = null
    this.#watched = ''
  }

  #receive(frame: LiveFrame, feed: Feed): void {
    this.#heardAtMs = Date.now()
    if (frame.type === 'hello') {
      this.#session = frame.session
      this.#hasHello = true
      void this.#loadNewest(feed)
    }
    if (frame.type === 'stats') this.#set({ stats: frame })
    if (frame.type === 'start') this.state = { ...this.state, started: this.state.started + 1 }
    if (this.state.connection !== 'live') this.#set({ connection: 'live', lostAtMs: null })
    // A fixed time in the past does not grow.
    if (this.#query.to === undefined || frame.type === 'delta') feed.apply(frame)
    this.#notify()
  }

  /** The stream cannot say why it was refused; the list can. */
  #onError(feed: Feed): void {
    this.#disconnect()
    if (this.#hasHello) this.#lose()
    else void this.#loadNewest(feed)
    this.#retryTimer = setTimeout(() => this.#connect(feed), RETRY_MS)
  }

  async #loadNewest(feed: Feed): Promise<void> {
    const query = this.#query
    try {
      const list = await getJson<LogList>(`/internal/ui/logs${searchOf({ ...query, limit: PAGE })}`)
      if (!sameQuery(query, this.#query)) return
      feed.loadNewest(list)
      this.#good = query
      // Rows of the query before do not make the refused one right.
      const queryError = sameQuery(query, this.#asked) ? null : this.state.queryError
      this.#set({ feed, isLoading: false, queryError, loadError: null })
      this.#lookOn()
    } catch (error) {
      if (sameQuery(query, this.#query)) this.#onLoadError(error)
    }
  }

  #onLoadError(error: unknown): void {
    const isRefused = error instanceof RequestError && error.status === 400
    if (!isRefused) {
      if (error instanceof RequestError && error.status === 0) this.#lose()
      this.#set({ isLoading: false, loadError: messageOf(error) })
      return
    }
    this.#set({ isLoading: false, queryError: messageOf(error) })
    this.#query = this.#good ?? { q: '' }
    this.#connect(this.state.feed)
  }

  #lose(): void {
    if (this.state.connection === 'offline') return
    this.#set({ connection: 'offline', lostAtMs: this.#heardAtMs })
  }

  #checkSilence(): void {
    if (this.#source === null || Date.now() - this.#heardAtMs < SILENCE_MS) return
    this.#lose()
    this.#connect(this.state.feed)
  }

  #onVisibility(): void {
    clearTimeout(this.#hiddenTimer)
    if (document.hidden) this.#hiddenTimer = setTimeout(() => this.#disconnect(), HIDDEN_MS)
    else if (this.#source === null) this.#connect(this.state.feed)
  }

  #set(change: Partial<LiveState>): void {
    this.state = { ...this.state, ...change }
    this.#notify()
  }

  #notify(): void {
    if (this.#notifyTimer !== undefined) {
      this.#isDirty = true
      return
    }
    this.#isDirty = false
    this.#notifyTimer = setTimeout(() => {
      this.#notifyTimer = undefined
      if (this.#isDirty) this.#notify()
    }, NOTIFY_EVERY_MS)
    for (const listener of this.#listeners) listener()
  }
}

function sameQuery(left: LogQuery, right: LogQuery): boolean {
  return left.q === right.q && left.from === right.from && left.to === right.to
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
