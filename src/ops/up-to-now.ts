import { within } from '../lib/within.ts'
import type { StoreClient } from '../store/client.ts'

/** While nothing can be written, what waits in memory is not found. */
const WRITE_MS = 3000

/** When all that was answered until now can be found. */
export async function upToNow(stored: StoreClient): Promise<void> {
  await within(stored.flush(), WRITE_MS)
}
