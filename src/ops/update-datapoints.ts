import type { Config } from '../config/config.ts'
import type { FunctionConfig } from '../config/functions.ts'
import type { Datapoint } from '../domain/datapoint.ts'
import { GatewayError } from '../domain/errors.ts'
import type { Input } from '../domain/input.ts'
import type { Json, JsonObject } from '../lib/json.ts'
import { withKeptFiles } from './datapoint-files.ts'
import { checkedTools, functionFor, parsedOutput, storedInput } from './datapoint-values.ts'
import { checkDatasetName, type Curator, current, refuse, writeDatapoints } from './datasets.ts'

/** What is missing stays as it is. */
export type DatapointUpdate = {
  readonly id: string
  readonly input?: Input
  readonly tags?: Readonly<Record<string, string>>
  readonly name?: string | null
} & (
  | {
      readonly type: 'chat'
      readonly output?: readonly JsonObject[] | null
      /** In the words of a request; null takes a word back. */
      readonly toolParams: JsonObject
    }
  | {
      readonly type: 'json'
      readonly output?: { readonly raw: string | null } | null
      readonly outputSchema?: Json
    }
)

/** Each gets a new id; the old ones become stale. All or none. Throws `GatewayError` (400, 404). */
export async function updateDatapoints(
  curator: Curator,
  datasetName: string,
  updates: readonly DatapointUpdate[],
): Promise<string[]> {
  const found = await findEachOnce(curator, datasetName, updates)
  const { engine } = curator
  const config = engine.config()
  const revised = updates.map((update): Datapoint => {
    const old = known(found, datasetName, update.id)
    return {
      ...old,
      ...changesOf(config, old, update),
      ...(update.tags !== undefined && { tags: update.tags }),
      ...(update.name !== undefined && { name: update.name }),
      id: engine.ids.next(),
      isCustom: true,
      updatedAt: engine.clock.now(),
    }
  })
  const inputs = updates.map(({ input }) => input)
  return writeDatapoints(
    curator,
    await withKeptFiles(engine, revised, inputs),
    updates.map(({ id }) => id),
  )
}

/** Names alone: the ids stay. */
export async function renameDatapoints(
  curator: Curator,
  datasetName: string,
  updates: readonly { readonly id: string; readonly name?: string | null }[],
): Promise<string[]> {
  const found = await findEachOnce(curator, datasetName, updates)
  const renamed = updates.map(({ id, name }) => ({
    ...known(found, datasetName, id),
    ...(name !== undefined && { name }),
    updatedAt: curator.engine.clock.now(),
  }))
  return writeDatapoints(curator, renamed)
}

async function findEachOnce(
  curator: Curator,
  datasetName: string,
  updates: readonly { readonly id: string }[],
): Promise<Map<string, Datapoint>> {
  checkDatasetName(datasetName)
  if (updates.length === 0) throw refuse('At least one datapoint must be provided')
  const ids = updates.map(({ id }) => id)
  const twice = ids.find((id, index) => ids.indexOf(id) < index)
  if (twice !== undefined) throw refuse(`Duplicate datapoint id provided: ${twice}`)
  return current(curator, { ids, stale: false, datasetName })
}

function known(found: ReadonlyMap<string, Datapoint>, dataset: string, id: string): Datapoint {
  const datapoint = found.get(id)
  if (datapoint) return datapoint
  const message = `Datapoint not found for dataset: ${dataset} and id: ${id}`
  throw new GatewayError('not_found', message)
}

function changesOf(config: Config, old: Datapoint, update: DatapointUpdate): Partial<Datapoint> {
  if (old.type !== update.type) {
    const [is, given] = old.type === 'json' ? ['JSON', 'chat'] : ['chat', 'JSON']
    throw refuse(`Datapoint ${old.id} is a ${is} datapoint but a ${given} update was provided`)
  }
  const fn = functionFor(config, old.functionName, old.type)
  return {
    ...(update.input && { input: storedInput(config, fn, update.input) }),
    ...(update.type === 'chat'
      ? chatChanges(config, fn, old, update)
      : jsonChanges(config, old, update)),
  }
}

function chatChanges(
  config: Config,
  fn: FunctionConfig,
  old: Datapoint,
  update: Extract<DatapointUpdate, { type: 'chat' }>,
): Partial<Datapoint> {
  const merged = Object.entries({ ...old.toolParams, ...update.toolParams })
  const kept = Object.fromEntries(merged.filter(([, value]) => value !== null))
  const { toolParams } = checkedTools(config, fn, kept)
  return {
    toolParams,
    ...(update.output !== undefined && { output: update.output && [...update.output] }),
  }
}

function jsonChanges(
  config: Config,
  old: Datapoint,
  { output, outputSchema = old.outputSchema }: Extract<DatapointUpdate, { type: 'json' }>,
): Partial<Datapoint> {
  const parsed = parsedOutput(config, output?.raw ?? null, outputSchema)
  return { outputSchema, ...(output !== undefined && { output: output && parsed }) }
}
