import { pass, within } from './waiting.ts'

const BODY = JSON.stringify({
  model: 'demo::echo',
  messages: [{ role: 'user', content: 'What is said comes back.' }],
})

/** Clients that ask one question after another until they are told to stop. */
export class Load {
  /** The ids of answered requests, by client, in the order of asking. */
  readonly answered: string[][] = []
  readonly failures: string[] = []
  readonly #url: string
  readonly #clients: Promise<void>[]
  #stopped = false
  #mayFail = false

  constructor(url: string, clients: number) {
    this.#url = url
    this.#clients = Array.from({ length: clients }, () => this.#ask())
  }

  get #answers(): number {
    return this.answered.reduce((sum, ids) => sum + ids.length, 0)
  }

  /** From now on the gateway may be gone. */
  mayFail(): void {
    this.#mayFail = true
  }

  /** Goes on until so many more have been answered, however slow the machine is. */
  async more(count: number): Promise<void> {
    const wanted = this.#answers + count
    await within(120_000, () =>
      Promise.resolve(this.#answers >= wanted || this.failures.length > 0),
    )
  }

  async stop(): Promise<void> {
    this.#stopped = true
    await Promise.all(this.#clients)
  }

  async #ask(): Promise<void> {
    const ids: string[] = []
    this.answered.push(ids)
    while (!this.#stopped) {
      try {
        const answer = await fetch(`${this.#url}/openai/v1/chat/completions`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: BODY,
        })
        const text = await answer.text()
        const id = answer.headers.get('x-weir-inference-id')
        if (answer.ok && id !== null) ids.push(id)
        else this.failures.push(`${answer.status} ${text}`)
      } catch (thrown) {
        if (this.#mayFail) return
        this.failures.push(String(thrown))
      }
      // As many as a test can look through.
      await pass(20)
    }
  }
}
