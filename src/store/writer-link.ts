import type { FromWriter, ToWriter } from './protocol.ts'

/** The way to the store thread, whoever started it. */
export interface WriterLink<Draft> {
  /** False while it is dead. Throws when a message cannot be cloned. */
  post(message: ToWriter<Draft>): boolean
  /** Lets it finish what it was sent; lets go of it by force after `withinMs`. */
  close(withinMs: number): Promise<void>
}

export interface LinkEvents {
  received(message: FromWriter): void
  /** The thread ended by itself; it starts again later, and then `restarted` is called. */
  died(why: string, deaths: number): void
  restarted(): void
}
