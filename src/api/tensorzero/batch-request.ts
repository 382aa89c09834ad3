import { z } from 'zod'
import { GatewayError } from '../../domain/errors.ts'
import type { BatchAsk } from '../../engine/batches/ready-items.ts'
import type { Task } from '../../engine/functions/task.ts'
import { readBySchema, struct } from '../serde.ts'
import * as Field from './fields.ts'
import { decodeInput, GivenInput } from './input.ts'
import { secretsOf, tagsOf, withoutNulls } from './request.ts'

/** One for each input. */
function each<Item extends z.ZodType>(item: Item) {
  return z.array(item.nullable()).nullish()
}

const Body = struct({
  function_name: z.string(),
  inputs: z.array(GivenInput),
  episode_ids: each(Field.EpisodeId),
  params: struct({
    chat_completion: z.record(z.string(), z.array(z.json()).nullish()).nullish(),
  }).nullish(),
  variant_name: z.string().nullish(),
  tags: each(Field.Tags),
  allowed_tools: each(z.array(z.string())),
  additional_tools: each(Field.AdditionalTools),
  tool_choice: each(Field.Choice),
  parallel_tool_calls: each(z.boolean()),
  provider_tools: each(Field.ProviderTools),
  output_schemas: each(z.json()),
  credentials: Field.Credentials.nullish(),
})
type Body = z.infer<typeof Body>

/** Reads `POST /batch_inference`. Throws `GatewayError` (400). */
export function readBatchRequest(json: unknown): BatchAsk {
  const body = readBySchema(Body, json)
  checkLengths(body)
  return {
    functionName: body.function_name,
    variantName: body.variant_name ?? null,
    credentials: secretsOf(body.credentials ?? {}),
    items: body.inputs.map((_, index) => ({
      task: taskOf(body, index),
      episodeId: body.episode_ids?.[index] ?? null,
      tags: tagsOf(body.tags?.[index] ?? {}, { namespace: null, internal: false }),
    })),
  }
}

function checkLengths(body: Body): void {
  const { inputs, episode_ids: episodes, params, ...others } = body
  const count = inputs.length
  // TensorZero says this first of all that can be wrong in a batch.
  if (count === 0) throw refuse('No inputs provided')
  if (episodes && episodes.length !== count) {
    throw refuse(
      `Number of episode_ids (${episodes.length}) does not match number of inputs (${count})`,
    )
  }
  for (const [name, list] of Object.entries({ ...others, ...params?.chat_completion })) {
    if (!Array.isArray(list) || list.length === count) continue
    throw refuse(
      `${name} vector length (${list.length}) does not match number of inferences (${count})`,
    )
  }
}

function refuse(message: string): GatewayError {
  return new GatewayError('invalid_request', message)
}

function taskOf(body: Body, index: number): Task {
  const input = body.inputs[index] ?? { messages: [] }
  return {
    functionName: body.function_name,
    variantName: body.variant_name ?? null,
    dynamicVariant: null,
    input: decodeInput(input),
    params: paramsOf(body, index),
    chatParams: {},
    extra: {},
    extraWire: null,
    tools: {
      allowed: body.allowed_tools?.[index] ?? null,
      additional: body.additional_tools?.[index] ?? [],
      choice: body.tool_choice?.[index] ?? null,
      parallel: body.parallel_tool_calls?.[index] ?? null,
      provider: body.provider_tools?.[index] ?? [],
    },
    outputSchema: body.output_schemas?.[index] ?? null,
    namespace: null,
    asIs: false,
  }
}

/** Lists of values by parameter, as the parameters of one. */
function paramsOf({ params }: Body, index: number): Task['params'] {
  const lists = Object.entries(params?.chat_completion ?? {})
  const own = Object.fromEntries(lists.map(([name, list]) => [name, list?.[index] ?? null]))
  const read = readBySchema(Field.Params, { chat_completion: own })
  return withoutNulls(read.chat_completion ?? {})
}
