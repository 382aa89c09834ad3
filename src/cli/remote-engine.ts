import { randomUUID } from 'node:crypto'
import { systemClock } from '../lib/clock.ts'
import type { Retention } from '../store/retention.ts'
import type { RemoteEngine } from '../store/remote/engine.ts'
import type { StoreChoice } from './store-choice.ts'

/** The writer's side of a database server. Not yet open. `retention`: it also deletes what is too old. */
export async function remoteEngine(
  choice: Exclude<StoreChoice, { readonly kind: 'sqlite' }>,
  retention?: Retention,
): Promise<RemoteEngine> {
  if (choice.kind === 'clickhouse') {
    const { ClickHouseEngine } = await import('../store/clickhouse/engine.ts')
    return new ClickHouseEngine({ ...choice, clock: systemClock, ...(retention && { retention }) })
  }
  const { PostgresEngine } = await import('../store/postgres/engine.ts')
  return new PostgresEngine({
    url: choice.url,
    writer: randomUUID(),
    ...(retention && { care: { retention, clock: systemClock } }),
  })
}
