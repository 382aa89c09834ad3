import { mkdirSync, renameSync, existsSync } from 'node:fs'
import type { DatabaseSync } from 'node:sqlite'
import type { InferenceRecord } from '../../domain/record.ts'
import { systemClock } from '../../lib/clock.ts'
import type { Change, ChangeOutcome } from '../changes.ts'
import type { PackedDrafts } from '../draft-reader.ts'
import { KEEP_ALL } from '../retention.ts'
import { Caretaker } from './caretaker.ts'
import { guarded } from './fault.ts'
import { HotFile } from './hot-file.ts'
import { lockDirectory } from './lock.ts'
import { PayloadFiles, type Placed, unplaced } from './payload-files.ts'

/** Records whose payloads are on disk already, so that a second try does not write them again. */
export type Prepared = readonly Placed[]

/** The one writer of a data directory. Whatever it throws is a `StoreFault`. */
export class SqliteEngine {
  readonly hot: HotFile
  readonly #payloads: PayloadFiles
  readonly #lock: DatabaseSync

  readonly #caretaker: Caretaker

  constructor(dataDir: string, retention = KEEP_ALL, clock = systemClock) {
    guarded(dataDir, () => mkdirSync(dataDir, { recursive: true, mode: 0o700 }))
    this.#lock = lockDirectory(dataDir)
    try {
      this.hot = new HotFile(dataDir)
    } catch (thrown) {
      this.#lock.close()
      throw thrown
    }
    this.#payloads = new PayloadFiles(dataDir)
    this.#caretaker = new Caretaker({
      hot: this.hot,
      payloads: this.#payloads,
      retention,
      clock,
    })
  }

  /** Payloads first: a crash in between leaves texts without a row, never a row without its texts. */
  prepare(records: readonly InferenceRecord[], withTexts = true): Prepared {
    const missing = this.hot.missing(records)
    return withTexts ? this.#payloads.write(missing) : unplaced(missing)
  }

  /** The same of what was packed elsewhere; null when some of it is here already. */
  place({ records, segments }: PackedDrafts): Prepared | null {
    if (this.hot.missing(records).length < records.length) return null
    return this.#payloads.write(records, segments)
  }

  commit(
    records: Prepared,
    begun: readonly InferenceRecord[],
    changes: readonly Change[],
  ): ChangeOutcome[] {
    return this.hot.write({ records, begun, changes })
  }

  /** A short piece of work that can wait. False when there is none. */
  tidy(): boolean {
    return this.#caretaker.step()
  }

  /** `clean` false: after a fault, when nothing more should be written. */
  close(clean: boolean): void {
    try {
      this.#payloads.close(clean)
      this.hot.close(clean)
    } finally {
      this.#lock.close()
    }
  }
}

/** Moves a damaged file, with its log, out of the way. Returns its new path. */
export function setAside(path: string, at: number): string {
  const stamp = new Date(at).toISOString().replaceAll(/[-:.]/g, '')
  const aside = `${path}.corrupt-${stamp}`
  for (const suffix of ['', '-wal', '-shm']) {
    if (existsSync(path + suffix)) renameSync(path + suffix, aside + suffix)
  }
  return aside
}
