import type { Change } from '../changes.ts'

/**
 * What becomes of a change while the server is away: it waits in the outbox (`keep`: nobody needs
 * its answer, and late is as good as now) or fails, so that its caller knows (`refuse`).
 */
export const WHILE_AWAY: Readonly<Record<Change['kind'], 'keep' | 'refuse'>> = {
  feedback: 'keep',
  put: 'refuse',
  claim: 'refuse',
  remove: 'refuse',
  write_datapoints: 'refuse',
  delete_datapoints: 'refuse',
  cache: 'refuse',
  put_examples: 'refuse',
  forget_response: 'refuse',
}
