import type { Config } from '../config/config.ts'
import type { FunctionConfig } from '../config/functions.ts'
import type { Datapoint } from '../domain/datapoint.ts'
import { GatewayError } from '../domain/errors.ts'
import { toolParamsOf } from '../domain/native.ts'
import type { Input } from '../domain/input.ts'
import type { InferencePage, InferenceQuery } from '../domain/inference-query.ts'
import type { Engine } from '../engine/engine.ts'
import { DEFAULT_FUNCTION } from '../engine/functions/default-function.ts'
import { functionNamed } from '../engine/functions/function-named.ts'
import type { Json, JsonObject } from '../lib/json.ts'
import type { StoreClient } from '../store/client.ts'
import type { FoundInference } from '../store/inference-reads.ts'
import { withKeptFiles } from './datapoint-files.ts'
import {
  checkedOutput,
  checkedTools,
  functionFor,
  parsedOutput,
  storedInput,
} from './datapoint-values.ts'
import { findEach } from './find-inferences.ts'

/** Who changes datasets, and with what. */
export interface Curator {
  readonly engine: Pick<Engine, 'clock' | 'config' | 'files' | 'ids'>
  readonly stored: StoreClient
}

/** A datapoint as somebody writes it. */
export type NewDatapoint = {
  readonly functionName: string
  readonly episodeId: string | null
  readonly input: Input
  readonly tags: Readonly<Record<string, string>> | null
  readonly name: string | null
} & (
  | {
      readonly type: 'chat'
      readonly output: readonly JsonObject[] | null
      /** In the words of a request. */
      readonly toolParams: JsonObject
    }
  | {
      readonly type: 'json'
      readonly output: { readonly raw: string | null } | null
      /** Null: the function's. */
      readonly outputSchema: Json | null
    }
)

/** Throws `GatewayError` (400) for a name that no dataset may have. */
export function checkDatasetName(name: string): void {
  if (name !== 'builder' && !name.startsWith('tensorzero::')) return
  throw refuse(
    `Invalid dataset name: ${name}. Datasets cannot be named "builder" or begin with "tensorzero::"`,
  )
}

/** All or none. Resolves with the ids, in the order given; throws `GatewayError` (400, 404). */
export async function createDatapoints(
  curator: Curator,
  datasetName: string,
  given: readonly NewDatapoint[],
): Promise<string[]> {
  checkDatasetName(datasetName)
  if (given.length === 0) throw refuse('At least one datapoint must be provided')
  const config = curator.engine.config()
  const datapoints = given.map((each) => completed(curator, datasetName, valuesOf(config, each)))
  const inputs = given.map(({ input }) => input)
  return write(curator, await withKeptFiles(curator.engine, datapoints, inputs))
}

type Defaults =
  | 'id'
  | 'datasetName'
  | 'isCustom'
  | 'sourceInferenceId'
  | 'staledAt'
  | 'updatedAt'
  | 'configHash'
  | 'name'

function completed(
  { engine }: Curator,
  datasetName: string,
  values: Omit<Datapoint, Defaults> & Partial<Datapoint>,
): Datapoint {
  return {
    id: engine.ids.next(),
    datasetName,
    name: null,
    isCustom: true,
    sourceInferenceId: null,
    staledAt: null,
    updatedAt: engine.clock.now(),
    configHash: engine.config().hash,
    ...values,
  }
}

function valuesOf(config: Config, given: NewDatapoint) {
  try {
    const fn = functionFor(config, given.functionName, given.type)
    return {
      functionName: fn.name,
      type: fn.type,
      episodeId: given.episodeId,
      name: given.name,
      tags: given.tags ?? {},
      input: storedInput(config, fn, given.input),
      ...answerOf(config, fn, given),
    }
  } catch (thrown) {
    const error = GatewayError.from(thrown)
    const message = `Failed to convert ${given.type} datapoint to database insert: ${error.message}`
    throw new GatewayError('invalid_request', message, { cause: thrown })
  }
}

function answerOf(config: Config, fn: FunctionConfig, given: NewDatapoint) {
  if (given.type === 'chat') {
    const { toolParams, schemas } = checkedTools(config, fn, given.toolParams)
    const output = given.output && checkedOutput(given.output, schemas)
    return { output, toolParams, outputSchema: null }
  }
  const outputSchema = given.outputSchema ?? fn.outputSchema?.json ?? {}
  const output = parsedOutput(config, given.output?.raw ?? null, outputSchema)
  return { output: given.output && output, toolParams: {}, outputSchema }
}

async function write(
  { engine, stored }: Curator,
  datapoints: readonly Datapoint[],
  stale: readonly string[] = [],
): Promise<string[]> {
  if (datapoints.length > 0) {
    const at = engine.clock.now()
    await stored.change({ kind: 'write_datapoints', datapoints, stale, at })
  }
  return datapoints.map(({ id }) => id)
}

export type DatapointSource = 'none' | 'inference' | 'demonstration'

/** Inferences become datapoints, those of a page or those of these ids (all or none). */
export async function createFromInferences(
  curator: Curator,
  datasetName: string,
  from: { query: InferenceQuery; page: InferencePage; source: DatapointSource },
): Promise<string[]> {
  checkDatasetName(datasetName)
  const { source, query, page } = from
  const asked = { ...query, demonstrated: source === 'demonstration' }
  const inferences = await findEach(curator.stored, asked, page)
  const found = new Set(inferences.map(({ id }) => id))
  const missing = query.ids?.find((id) => !found.has(id))
  if (missing !== undefined) throw refuse(`Inference ${missing} not found`)
  const config = curator.engine.config()
  const datapoints = inferences.map((inference) =>
    completed(curator, datasetName, asDatapoint(config, inference, source)),
  )
  return write(curator, datapoints)
}

function asDatapoint(config: Config, inference: FoundInference, source: DatapointSource) {
  const { native, functionName } = inference
  if (!native) throw refuse('Cannot create datapoint from inference with missing input')
  if (functionName !== DEFAULT_FUNCTION) functionNamed(config, functionName)
  const output = source === 'demonstration' ? inference.demonstration : native.output
  return {
    functionName,
    type: native.type,
    episodeId: inference.episodeId,
    input: native.input,
    output: source === 'none' ? null : output,
    toolParams: native.type === 'chat' ? toolParamsOf(native) : {},
    outputSchema: native.output_schema ?? null,
    tags: inference.tags,
    isCustom: false,
    sourceInferenceId: inference.id,
  }
}

/** Copies into a dataset; null in the place of those that are not there. */
export async function cloneDatapoints(
  curator: Curator,
  datasetName: string,
  ids: readonly string[],
): Promise<(string | null)[]> {
  checkDatasetName(datasetName)
  const found = await current(curator, { ids, stale: false })
  const copies = ids.map((id) => {
    const original = found.get(id)
    if (!original) return null
    const { engine } = curator
    return { ...original, id: engine.ids.next(), datasetName, updatedAt: engine.clock.now() }
  })
  await write(
    curator,
    copies.flatMap((copy) => copy ?? []),
  )
  return copies.map((copy) => copy?.id ?? null)
}

export async function current(
  { stored }: Curator,
  query: {
    readonly ids: readonly string[]
    readonly stale: boolean
    readonly datasetName?: string
  },
): Promise<Map<string, Datapoint>> {
  if (query.ids.length === 0) return new Map()
  const page = { order: [], limit: query.ids.length }
  const found = await stored.reads.datapoints(query, page)
  return new Map(found.map((datapoint) => [datapoint.id, datapoint]))
}

export { write as writeDatapoints }

export function refuse(message: string): GatewayError {
  return new GatewayError('invalid_request', message)
}
