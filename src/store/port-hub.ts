import type { MessagePort } from 'node:worker_threads'
import type { FromWriter, ToWriter } from './protocol.ts'

/** What a writer hears and says. */
export interface WriterPort<Draft> {
  listen(receive: (message: ToWriter<Draft>) => void): void
  post(message: FromWriter): void
  close(): void
}

/** Another thread of the gateway sends its records to the same writer, over a port of its own. */
export interface Join {
  readonly kind: 'join'
  readonly port: MessagePort
}

/**
 * Many threads, one writer. Each numbers its batches itself and hears of its own alone; what is
 * true of the store is told to all. Only the main thread opens and closes the files.
 */
export class PortHub<Draft> implements WriterPort<Draft> {
  readonly #main: MessagePort
  readonly #crew = new Set<MessagePort>()
  /** Whose a batch is, and what its sender calls it. */
  readonly #senders = new Map<number, { readonly port: MessagePort; readonly number: number }>()
  #opened: FromWriter | undefined
  #health: FromWriter | undefined
  #next = 1

  constructor(main: MessagePort) {
    this.#main = main
  }

  listen(receive: (message: ToWriter<Draft>) => void): void {
    this.#main.on('message', (message: ToWriter<Draft> | Join) => {
      if (message.kind === 'join') this.#join(message.port, receive)
      else if (message.kind === 'batch') receive(this.#renumber(this.#main, message))
      else receive(message)
    })
  }

  post(message: FromWriter): void {
    if (message.kind === 'acked') return this.#acknowledge(message)
    if (message.kind === 'opened') this.#opened = message
    if (message.kind === 'health') this.#health = message
    this.#main.postMessage(message, [])
    for (const port of this.#crew) port.postMessage(message, [])
  }

  close(): void {
    for (const port of this.#crew) port.close()
    this.#main.close()
  }

  #join(port: MessagePort, receive: (message: ToWriter<Draft>) => void): void {
    this.#crew.add(port)
    port.on('message', (message: ToWriter<Draft>) => {
      if (message.kind === 'batch') receive(this.#renumber(port, message))
      else if (message.kind === 'close') this.#leave(port)
    })
    port.on('close', () => this.#crew.delete(port))
    for (const told of [this.#opened, this.#health]) {
      if (told !== undefined) port.postMessage(told, [])
    }
  }

  #leave(port: MessagePort): void {
    port.postMessage({ kind: 'closed' } satisfies FromWriter, [])
    port.close()
  }

  #renumber(
    port: MessagePort,
    message: Extract<ToWriter<Draft>, { kind: 'batch' }>,
  ): ToWriter<Draft> {
    const number = this.#next++
    this.#senders.set(number, { port, number: message.number })
    return { ...message, number }
  }

  #acknowledge(message: Extract<FromWriter, { kind: 'acked' }>): void {
    const sender = this.#senders.get(message.number)
    this.#senders.delete(message.number)
    sender?.port.postMessage({ ...message, number: sender.number }, [])
  }
}
