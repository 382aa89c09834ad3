import { z } from 'zod'
import type { Datapoint } from '../../domain/datapoint.ts'
import type { NewDatapoint } from '../../ops/datasets.ts'
import type { DatapointUpdate } from '../../ops/update-datapoints.ts'
import type { JsonObject } from '../../lib/json.ts'
import { compact } from '../compact.ts'
import { describe, unknownVariant } from '../serde.ts'
import { FunctionToolType } from './fields.ts'
import { decodeInput, GivenInput } from './input.ts'
import { Uuid } from './native-route.ts'
import { secondsOf } from './stored-inference.ts'

// Datapoints on the wire: TensorZero's `Datapoint` and the requests that make and change them.

const Tags = z.record(z.string(), z.string())
/** What else a block of each type must have. */
const NEEDED: Readonly<Record<string, 'text' | 'id' | 'data' | null>> = {
  text: 'text',
  tool_call: 'id',
  thought: null,
  unknown: 'data',
}
const Block = z.record(z.string(), z.json()).superRefine((block, context) => {
  const message = wrongIn(block)
  if (message !== null) context.addIssue({ code: 'custom', message })
})
const Blocks = z.array(Block)

function wrongIn(block: Readonly<JsonObject>): string | null {
  const { type } = block
  if (typeof type !== 'string') return 'missing field `type`'
  const needed = NEEDED[type]
  if (needed === undefined) return unknownVariant(type, Object.keys(NEEDED))
  if (needed === null) return null
  if (block[needed] === undefined) return `missing field \`${needed}\``
  if (needed === 'data' || typeof block[needed] === 'string') return null
  return `invalid type: ${describe(block[needed])}, expected a string`
}

const Raw = z.object({ raw: z.string().nullish() })
const Choice = z.union([z.enum(['none', 'auto', 'required']), z.object({ specific: z.string() })])
const Tool = z.union([
  z.object({
    type: FunctionToolType,
    name: z.string(),
    description: z.string().optional(),
    parameters: z.json(),
    strict: z.boolean().optional(),
  }),
  z.object({
    type: z.literal('openai_custom'),
    name: z.string(),
    description: z.string().nullish(),
    format: z.json().optional(),
  }),
])

const TOOL_FIELDS = {
  allowed_tools: z.array(z.string()).nullish(),
  additional_tools: z.array(Tool).nullish(),
  tool_choice: Choice.nullish(),
  parallel_tool_calls: z.boolean().nullish(),
  provider_tools: z.array(z.record(z.string(), z.json())).nullish(),
}
const Tools = z.object(TOOL_FIELDS)

const NEW_FIELDS = {
  function_name: z.string(),
  episode_id: Uuid.nullish(),
  input: GivenInput,
  tags: Tags.nullish(),
  name: z.string().nullish(),
}
export const New = z.discriminatedUnion('type', [
  z.object({ type: z.literal('chat'), ...NEW_FIELDS, output: Blocks.nullish(), ...TOOL_FIELDS }),
  z.object({
    type: z.literal('json'),
    ...NEW_FIELDS,
    output: Raw.nullish(),
    output_schema: z.json().optional(),
  }),
])

const UPDATE_FIELDS = {
  id: Uuid,
  input: GivenInput.nullish(),
  tags: Tags.nullish(),
  name: z.string().nullish(),
}
export const Update = z.discriminatedUnion('type', [
  z.object({ type: z.literal('chat'), ...UPDATE_FIELDS, output: Blocks.nullish(), ...TOOL_FIELDS }),
  z.object({
    type: z.literal('json'),
    ...UPDATE_FIELDS,
    output: Raw.nullish(),
    output_schema: z.json().optional(),
  }),
])

export function readNew(given: z.infer<typeof New>): NewDatapoint {
  const facts = {
    functionName: given.function_name,
    episodeId: given.episode_id ?? null,
    input: decodeInput(given.input),
    tags: given.tags ?? null,
    name: given.name ?? null,
  }
  if (given.type === 'chat') {
    return { ...facts, type: 'chat', output: given.output ?? null, toolParams: toolsOf(given) }
  }
  const output = given.output ? { raw: given.output.raw ?? null } : null
  return { ...facts, type: 'json', output, outputSchema: given.output_schema ?? null }
}

export function readUpdate(given: z.infer<typeof Update>): DatapointUpdate {
  const input = given.input ? decodeInput(given.input) : undefined
  const tags = given.tags ?? undefined
  const facts = { id: given.id, ...compact({ input, tags, name: given.name }) }
  if (given.type === 'chat') {
    const { output } = given
    return { ...facts, type: 'chat', ...compact({ output }), toolParams: toolsOf(given) }
  }
  const output = given.output ? { raw: given.output.raw ?? null } : given.output
  const outputSchema = given.output_schema ?? undefined
  return { ...facts, type: 'json', ...compact({ output, outputSchema }) }
}

/** What was said of tools. */
function toolsOf(given: z.infer<typeof Tools>): JsonObject {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the schema's values are JSON
  return compact(Tools.parse(given)) as JsonObject
}

export function presentDatapoint(datapoint: Datapoint): JsonObject {
  const { output, sourceInferenceId, staledAt, name } = datapoint
  return {
    type: datapoint.type,
    dataset_name: datapoint.datasetName,
    function_name: datapoint.functionName,
    id: datapoint.id,
    episode_id: datapoint.episodeId,
    input: datapoint.input,
    ...(output !== null && { output }),
    ...(datapoint.type === 'chat'
      ? { provider_tools: [], ...datapoint.toolParams }
      : { output_schema: datapoint.outputSchema }),
    tags: { ...datapoint.tags },
    is_deleted: false,
    is_custom: datapoint.isCustom,
    ...(sourceInferenceId !== null && { source_inference_id: sourceInferenceId }),
    ...(staledAt !== null && { staled_at: secondsOf(staledAt) }),
    updated_at: secondsOf(datapoint.updatedAt),
    ...(name !== null && { name }),
  }
}
