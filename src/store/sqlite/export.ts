import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { StoredInference } from '../store.ts'
import { StoreFault } from './fault.ts'
import { HOT_FILE } from './hot-schema.ts'
import { Library } from './library.ts'
import { decodeStored, SELECT_ATTEMPTS, SELECT_INFERENCES } from './log-rows.ts'
import { placeOf } from './payload-files.ts'
import { readNumber } from '../row.ts'
import { decodeId } from './values.ts'

const ROWS_AT_ONCE = 200

/** Everything that began in the span, in order of arrival, a page at a time: no long snapshot. */
export function* exportRecords(
  dataDir: string,
  { from, to }: { readonly from: number; readonly to: number },
): Generator<readonly StoredInference[]> {
  const path = join(dataDir, HOT_FILE)
  if (!existsSync(path)) throw new StoreFault('other', path, `There are no records in ${path}.`)
  const library = new Library(dataDir)
  for (let after = 0; ;) {
    const db = library.hot()
    const rows = db
      ?.prepare(
        `${SELECT_INFERENCES} WHERE i.seq > ? AND i.started_at >= ? AND i.started_at < ?
         ORDER BY i.seq LIMIT ?`,
      )
      .all(after, from, to, ROWS_AT_ONCE)
    if (!db || rows === undefined || rows.length === 0) return
    const attempts = db.prepare(SELECT_ATTEMPTS)
    yield rows.map((row) => {
      after = readNumber(row, 'seq')
      const payload = library.payload(placeOf(row), decodeId(row['id']))
      return decodeStored(row, attempts.all(after), payload)
    })
  }
}
