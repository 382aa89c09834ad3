import type { FileBlock } from '../../domain/chat.ts'
import { GatewayError } from '../../domain/errors.ts'
import type { Input } from '../../domain/input.ts'
import type { Clock } from '../../lib/clock.ts'

/** A request's files that are downloaded for its record: no more, and none is begun later. */
const MOST_FILES = 20
const MOST_MS = 10_000

/**
 * Files that a provider fetches by their address, downloaded meanwhile so that the record keeps what
 * they were. One after the other, and nobody but the record waits; what fails is a warning.
 */
export class LateFiles {
  readonly #clock: Clock
  readonly #warnings: string[]
  /** Files by what is asked for: those with the same address are downloaded once. */
  readonly #asked = new Map<string, FileBlock[]>()
  readonly #kept = new Map<FileBlock, FileBlock>()
  readonly #began: number
  #all: Promise<void> | null = null

  constructor(clock: Clock, warnings: string[]) {
    this.#clock = clock
    this.#warnings = warnings
    this.#began = clock.now()
  }

  /** When all have come, or failed; null where there are none. Never rejects. */
  get all(): Promise<void> | null {
    return this.#all
  }

  add(file: FileBlock, keep: () => Promise<FileBlock>): void {
    const what = `${file.mimeType ?? ''} ${file.url}`
    const same = this.#asked.get(what)
    if (same) return void same.push(file)
    const files = [file]
    this.#asked.set(what, files)
    const isOne = this.#asked.size <= MOST_FILES
    const before = this.#all ?? Promise.resolve()
    this.#all = before.then(() =>
      isOne && this.#isTime() ? this.#keep(files, keep) : this.#leave(),
    )
  }

  /** The input with those that came, named by where they are kept. */
  named({ messages, ...rest }: Input): Input {
    const content = (blocks: Input['messages'][number]['content']) =>
      blocks.map((block) => (block.type === 'file' ? (this.#kept.get(block) ?? block) : block))
    return {
      ...rest,
      messages: messages.map((message) => ({ ...message, content: content(message.content) })),
    }
  }

  #isTime(): boolean {
    return this.#clock.now() - this.#began < MOST_MS
  }

  #leave(): void {
    this.#warnings.push('a file could not be kept: there are too many, or they take too long.')
  }

  async #keep(files: readonly FileBlock[], keep: () => Promise<FileBlock>): Promise<void> {
    await keep().then(
      (kept) => {
        for (const file of files) this.#kept.set(file, withPlace(file, kept))
      },
      (thrown: unknown) => {
        this.#warnings.push(`a file could not be kept: ${GatewayError.from(thrown).message}`)
      },
    )
  }
}

/** Each block has its own words beside the bytes. */
function withPlace(
  file: FileBlock,
  { url, mimeType, sourceUrl, storagePath }: FileBlock,
): FileBlock {
  return Object.assign({}, file, { url, mimeType, sourceUrl, storagePath })
}
