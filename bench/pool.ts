import { Connection } from './connection.ts'
import type { Answer } from './connection.ts'
import { encodeRequest } from './job.ts'
import type { Job } from './job.ts'

const MAX_CONNECTIONS = 1024

/** Connections to one contender; the last one freed is used first. */
export class Pool {
  readonly #job: Job
  readonly #bytes: Buffer
  readonly #answered: (answer: Answer) => void
  readonly #free: Connection[] = []
  readonly #all = new Set<Connection>()
  readonly #waiting: number[] = []
  #toSend = 0

  constructor(job: Job, answered: (answer: Answer) => void) {
    this.#job = job
    this.#bytes = encodeHttp(job)
    this.#answered = answered
  }

  keepBusy(connections: number, requests: number): void {
    this.#toSend = requests
    for (let count = 0; count < connections; count += 1) this.#sendNext()
  }

  send(dueAt: number): void {
    const connection = this.#free.pop() ?? this.#open()
    if (connection === null) this.#waiting.push(dueAt)
    else connection.send(this.#bytes, dueAt)
  }

  close(): void {
    for (const connection of this.#all) connection.close()
  }

  #sendNext(): void {
    if (this.#toSend === 0) return
    this.#toSend -= 1
    this.send(performance.now())
  }

  #open(): Connection | null {
    if (this.#all.size >= MAX_CONNECTIONS) return null
    const { port, stream } = this.#job
    const connection = new Connection(port, stream, {
      answered: (answer) => {
        this.#free.push(connection)
        this.#done(answer)
      },
      closed: (answer) => {
        this.#all.delete(connection)
        const place = this.#free.indexOf(connection)
        if (place !== -1) this.#free.splice(place, 1)
        if (answer !== null) this.#done(answer)
      },
    })
    this.#all.add(connection)
    return connection
  }

  #done(answer: Answer): void {
    this.#answered(answer)
    const dueAt = this.#waiting.shift()
    if (dueAt !== undefined) this.send(dueAt)
    this.#sendNext()
  }
}

function encodeHttp({ port, path, headers, model, stream }: Job): Buffer {
  const body = encodeRequest(model, stream)
  const lines = Object.entries({
    host: `127.0.0.1:${port}`,
    'content-type': 'application/json',
    authorization: 'Bearer none',
    ...headers,
    'content-length': String(Buffer.byteLength(body)),
  }).map(([name, value]) => `${name}: ${value}\r\n`)
  return Buffer.from(`POST ${path} HTTP/1.1\r\n${lines.join('')}\r\n${body}`)
}
