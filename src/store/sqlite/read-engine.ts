import type { ReadEngine } from '../reader.ts'
import { Library } from './library.ts'
import { Queries } from './queries.ts'

/** Reads the files of a data directory. */
export function sqliteReads(dataDir: string): ReadEngine {
  const library = new Library(dataDir)
  return { answers: (budget) => new Queries(library, budget) }
}
