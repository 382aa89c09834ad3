import { z } from 'zod'
import { GatewayError } from '../../domain/errors.ts'
import type { Ask, Include } from '../../engine/ask.ts'
import type { Task } from '../../engine/functions/task.ts'
import type { RawRequest } from '../../http/route.ts'
import { Secret } from '../../lib/secret.ts'
import { readBody } from '../read-body.ts'
import { readBySchema, struct } from '../serde.ts'
import { cacheOptions } from '../cache-options.ts'
import * as Field from './fields.ts'
import { GivenInput, decodeInput } from './input.ts'
import { redacted } from '../redacted.ts'

const Body = struct({
  function_name: z.string().nullish(),
  model_name: z.string().nullish(),
  episode_id: Field.EpisodeId.nullish(),
  namespace: Field.Namespace.nullish(),
  input: GivenInput,
  stream: z.boolean().nullish(),
  params: Field.Params.nullish(),
  variant_name: z.string().nullish(),
  dryrun: z.boolean().nullish(),
  internal: z.boolean().nullish(),
  tags: Field.Tags.nullish(),
  allowed_tools: z.array(z.string()).nullish(),
  additional_tools: Field.AdditionalTools.nullish(),
  tool_choice: Field.Choice.nullish(),
  parallel_tool_calls: z.boolean().nullish(),
  provider_tools: Field.ProviderTools.nullish(),
  output_schema: z.json().optional(),
  cache_options: Field.CacheOptions.nullish(),
  credentials: Field.Credentials.nullish(),
  include_original_response: z.boolean().nullish(),
  include_raw_response: z.boolean().nullish(),
  include_raw_usage: z.boolean().nullish(),
  include_aggregated_response: z.boolean().nullish(),
  extra_body: Field.BodyPatches.nullish(),
  extra_headers: Field.HeaderPatches.nullish(),
  internal_dynamic_variant_config: z.record(z.string(), z.json()).nullish(),
})
type Body = z.infer<typeof Body>

/** Reads a request of TensorZero's own API (`POST /inference`). Throws `GatewayError`. */
export function readInference(request: RawRequest): Ask {
  const json = readBody(request)
  const body = readBySchema(Body, json)
  checkTarget(body)
  const name = body.function_name ?? body.model_name ?? ''
  return {
    dialect: 'tensorzero.inference',
    operation: 'chat',
    wire: null,
    requestedModel: name,
    model: name,
    relay: false,
    stream: body.stream === true,
    wantsUsage: true,
    body: body.credentials ? redacted(json, 'credentials') : request.body,
    json,
    verbatim: false,
    encodeFor: () => null,
    episodeId: body.episode_id ?? null,
    tags: tagsOf(body.tags ?? {}, { namespace: body.namespace, internal: body.internal === true }),
    credentials: secretsOf(body.credentials ?? {}),
    cache: cacheOptions(body.cache_options),
    extraBody: body.extra_body ?? [],
    extraHeaders: body.extra_headers ?? [],
    dryrun: body.dryrun === true,
    include: includeOf(body),
    warnings: body.include_original_response
      ? ['`include_original_response` is deprecated: use `include_raw_response`']
      : [],
    gone: request.client.gone,
    task: taskOf(body),
  }
}

function includeOf(body: Body): Include {
  if (body.include_aggregated_response === true && body.stream !== true) {
    throw refuse('`include_aggregated_response` is only supported in streaming mode')
  }
  return {
    rawResponse: body.include_raw_response === true,
    rawUsage: body.include_raw_usage === true,
    originalResponse: body.include_original_response === true,
    aggregated: body.include_aggregated_response === true,
  }
}

function checkTarget(body: Body): void {
  const { function_name: fn, model_name: model, variant_name: variant } = body
  if (fn && model) throw target('Only one of `function_name` or `model_name` can be provided')
  if (!fn && body.internal_dynamic_variant_config) {
    throw target('If a dynamic variant config is passed, `function_name` must be specified.')
  }
  if (!fn && !model) throw target('Either `function_name` or `model_name` must be provided')
  if (model && variant) {
    throw target('`variant_name` cannot be provided when using `model_name`')
  }
}

/** What TensorZero says of a target that cannot be. */
function target(message: string): GatewayError {
  return refuse(`Invalid inference target: ${message}`)
}

function refuse(message: string): GatewayError {
  return new GatewayError('invalid_request', message)
}

/** A request's tags, and those that its other fields leave. Throws for names that are ours. */
export function tagsOf(
  tags: Readonly<Record<string, string>>,
  { namespace, internal }: { namespace: string | null | undefined; internal: boolean },
): Record<string, string> {
  const own = Object.keys(tags).find((key) => key.startsWith('tensorzero::'))
  if (own !== undefined && !internal) {
    throw refuse(`Tag name cannot start with 'tensorzero::': ${own}`)
  }
  return {
    ...tags,
    ...(internal && { 'tensorzero::internal': 'true' }),
    ...(namespace && { 'tensorzero::namespace': namespace }),
  }
}

export function secretsOf(credentials: Readonly<Record<string, string>>): Ask['credentials'] {
  return new Map(Object.entries(credentials).map(([key, value]) => [key, new Secret(value)]))
}

function taskOf(body: Body): Task {
  return {
    functionName: body.function_name ?? null,
    variantName: body.variant_name ?? null,
    dynamicVariant: body.internal_dynamic_variant_config ?? null,
    input: decodeInput(body.input),
    params: withoutNulls(body.params?.chat_completion ?? {}),
    chatParams: {},
    extra: {},
    extraWire: null,
    tools: {
      allowed: body.allowed_tools ?? null,
      additional: body.additional_tools ?? [],
      choice: body.tool_choice ?? null,
      parallel: body.parallel_tool_calls ?? null,
      provider: body.provider_tools ?? [],
    },
    outputSchema: body.output_schema ?? null,
    namespace: body.namespace ?? null,
    asIs: false,
  }
}

export function withoutNulls(values: Readonly<Record<string, unknown>>): Task['params'] {
  const given = Object.entries(values).filter(([, value]) => value !== null && value !== undefined)
  return Object.fromEntries(given)
}
