import { Body } from './body.ts'
import { type Flight, type Headers, type HttpResponse, TransportError } from './transport.ts'

/** A scripted HTTP answer. `afterMs` counts from the step before. */
export interface Script {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly steps: readonly ScriptStep[]
}

export type ScriptStep =
  | { readonly do: 'send'; readonly afterMs: number; readonly text: string }
  /** The connection breaks. */
  | { readonly do: 'cut'; readonly afterMs: number }
  /** Nothing more ever comes. */
  | { readonly do: 'stall'; readonly afterMs: number }

/** Answers from inside the process, in the shape of a network answer. The head comes with the first step. */
export function playScript(script: Script): Flight {
  return new Playback(script)
}

class Playback implements Flight {
  readonly response: Promise<HttpResponse>
  readonly #script: Script
  readonly #settle = Promise.withResolvers<HttpResponse>()
  readonly #body: Body
  #timer: NodeJS.Timeout | undefined
  #next = 0
  #state: 'playing' | 'paused' | 'over' = 'playing'

  constructor(script: Script) {
    this.#script = script
    this.response = this.#settle.promise
    this.#body = new Body({
      pause: () => {
        this.#state = 'paused'
      },
      resume: () => {
        this.#state = 'playing'
        this.#proceed()
      },
      abort: () => this.#stop(),
    })
    this.#proceed()
  }

  abort(reason: Error): void {
    this.#stop()
    this.#fail(reason)
  }

  /** Plays up to the next wait. A loop, so that many steps need no deep stack. */
  #proceed(): void {
    while (this.#state === 'playing') {
      const step = this.#script.steps[this.#next++]
      if (!step) return this.#finish()
      if (step.afterMs > 0) {
        this.#timer = setTimeout(() => {
          this.#play(step)
          this.#proceed()
        }, step.afterMs)
        return
      }
      this.#play(step)
    }
  }

  #play(step: ScriptStep): void {
    switch (step.do) {
      case 'send':
        this.#open()
        this.#body.push(Buffer.from(step.text))
        break
      case 'cut':
        this.#stop()
        this.#fail(new TransportError('reset', true, new Error('The connection was cut.')))
        break
      case 'stall':
        this.#open()
        this.#stop()
        break
    }
  }

  #stop(): void {
    this.#state = 'over'
    clearTimeout(this.#timer)
  }

  #finish(): void {
    this.#open()
    this.#body.end()
  }

  #fail(error: Error): void {
    this.#settle.reject(error)
    this.#body.end(error)
  }

  #open(): void {
    const headers: Headers = this.#script.headers
    const { status } = this.#script
    this.#settle.resolve({
      status,
      headers,
      body: this.#body,
      reusedSocket: false,
      staleRetry: false,
    })
  }
}
