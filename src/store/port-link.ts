import type { MessagePort } from 'node:worker_threads'
import type { FromWriter, ToWriter } from './protocol.ts'
import type { LinkEvents, WriterLink } from './writer-link.ts'

/** The way to a store thread that another thread started: over a port, or a newer one. */
export class PortLink<Draft> implements WriterLink<Draft> {
  readonly #events: LinkEvents
  #port: MessagePort | undefined
  #begun = false
  #deaths = 0
  #closed: (() => void) | undefined

  constructor(events: LinkEvents) {
    this.#events = events
  }

  /** The store thread can be reached by this port from now on. */
  connect(port: MessagePort): void {
    this.#port = port
    port.on('message', (message: FromWriter) => {
      if (message.kind === 'acked') this.#deaths = 0
      if (message.kind === 'closed') this.#closed?.()
      this.#events.received(message)
    })
    port.unref()
    // Batches that were sent before there was a way are sent now, as after a death.
    this.#begun = true
    this.#events.restarted()
  }

  /** The store thread ended; whoever started it starts it again. */
  lost(why: string): void {
    this.#port?.close()
    this.#port = undefined
    if (!this.#begun) return
    this.#deaths++
    this.#events.died(why, this.#deaths)
  }

  post(message: ToWriter<Draft>): boolean {
    if (this.#port === undefined) return false
    this.#port.postMessage(message, [])
    return true
  }

  async close(withinMs: number): Promise<void> {
    const port = this.#port
    if (port === undefined) return
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#closed = resolve
    const force = setTimeout(resolve, withinMs)
    port.ref()
    port.postMessage({ kind: 'close' } satisfies ToWriter<Draft>, [])
    await promise
    clearTimeout(force)
    port.close()
  }
}
