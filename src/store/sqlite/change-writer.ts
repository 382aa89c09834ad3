import type { DatabaseSync } from 'node:sqlite'
import type { Json } from '../../domain/chat.ts'
import type { InferenceRecord } from '../../domain/record.ts'
import type { Change, ChangeOutcome } from '../changes.ts'
import { DatapointWriter } from './datapoints.ts'
import type { CacheFile } from './cache-file.ts'
import { DocumentWriter } from './documents.ts'
import { ExampleWriter } from './examples.ts'
import { asFault } from './fault.ts'
import { FeedbackWriter } from './feedback.ts'
import type { Intern } from './hot-values.ts'
import { FORGET_RESPONSE } from './response-id.ts'
import { StatisticsWriter } from './statistics-writer.ts'

/** Applies changes inside the transaction of the records they came with. */
export class ChangeWriter {
  readonly #db: DatabaseSync
  readonly #documents: DocumentWriter
  readonly #feedback: FeedbackWriter
  readonly #statistics: StatisticsWriter
  readonly #datapoints: DatapointWriter
  readonly #cache: CacheFile
  readonly #examples: ExampleWriter

  constructor(db: DatabaseSync, intern: Intern, cache: CacheFile) {
    this.#cache = cache
    this.#examples = new ExampleWriter(db, intern)
    this.#db = db
    this.#documents = new DocumentWriter(db)
    this.#feedback = new FeedbackWriter(db, intern)
    this.#datapoints = new DatapointWriter(db, intern)
    this.#statistics = new StatisticsWriter(db, intern)
  }

  /** A record was written just now. */
  arrived(record: InferenceRecord): void {
    this.#statistics.arrived(record)
  }

  /** A change that does not fit the file takes nothing else with it. */
  apply(change: Change): ChangeOutcome {
    this.#db.exec('SAVEPOINT change')
    try {
      const result = this.#run(change)
      this.#db.exec('RELEASE change')
      return { result }
    } catch (thrown) {
      const fault = asFault(thrown, '')
      // SQLite has rolled back by itself after some errors: then the batch as a whole fails.
      if (fault.kind !== 'other' || !this.#db.isTransaction) throw thrown
      this.#db.exec('ROLLBACK TO change')
      this.#db.exec('RELEASE change')
      return { error: fault.message }
    }
  }

  #run(change: Change): Json {
    switch (change.kind) {
      case 'feedback':
        if (this.#feedback.add(change.feedback)) this.#statistics.said(change.feedback)
        return null
      case 'put':
        return this.#documents.put(change, change.value)
      case 'claim':
        return this.#documents.claim(change, change.value)
      case 'remove':
        return this.#documents.remove(change)
      case 'write_datapoints':
        return this.#datapoints.write(change)
      case 'delete_datapoints':
        return this.#datapoints.delete(change)
      case 'cache':
        return this.#cache.add(change)
      case 'put_examples':
        return this.#examples.put(change.examples)
      case 'forget_response':
        this.#db.prepare(FORGET_RESPONSE).run(change.responseId)
        return null
    }
  }
}
