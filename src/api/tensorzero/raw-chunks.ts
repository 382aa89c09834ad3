import type { JsonObject } from '../../lib/json.ts'
import type { Envelope } from '../dialect.ts'

/** An upstream event as it came, under the dialect's names for it; null where nobody asked. */
export function rawEvents(
  { raw }: Pick<Envelope, 'raw'>,
  text: string,
  names: { readonly raw: string; readonly original: string },
): JsonObject | null {
  if (!raw || text === '') return null
  const { rawResponse, originalResponse } = raw.include
  if (!rawResponse && !originalResponse) return null
  return {
    ...(rawResponse && { [names.raw]: text }),
    ...(originalResponse && { [names.original]: text }),
  }
}
