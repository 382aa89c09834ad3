import { z } from 'zod'
import type { Tool, ToolChoice } from '../../domain/chat.ts'
import { GatewayError } from '../../domain/errors.ts'
import { isUuidV7 } from '../../domain/ids.ts'
import type { Ask } from '../../engine/ask.ts'
import type { Task } from '../../engine/functions/task.ts'
import type { RawRequest } from '../../http/route.ts'
import type { JsonObject } from '../../lib/json.ts'
import { Secret } from '../../lib/secret.ts'
import { compact } from '../compact.ts'
import { readBody } from '../read-body.ts'
import { decodeInput } from './input.ts'

const Params = z.strictObject({
  chat_completion: z
    .strictObject({
      temperature: z.number().nullish(),
      max_tokens: z.int().min(0).nullish(),
      seed: z.int().nullish(),
      top_p: z.number().nullish(),
      presence_penalty: z.number().nullish(),
      frequency_penalty: z.number().nullish(),
      json_mode: z.enum(['off', 'on', 'strict', 'tool']).nullish(),
      stop_sequences: z.array(z.string()).nullish(),
      reasoning_effort: z.string().nullish(),
      service_tier: z.string().nullish(),
      thinking_budget_tokens: z.int().nullish(),
      verbosity: z.string().nullish(),
    })
    .optional(),
})
const AdditionalTool = z.strictObject({
  type: z.literal('function').optional(),
  name: z.string(),
  description: z.string(),
  parameters: z.json(),
  strict: z.boolean().optional(),
})
const Body = z.strictObject({
  function_name: z.string().nullish(),
  model_name: z.string().nullish(),
  input: z.strictObject({
    system: z.union([z.string(), z.record(z.string(), z.json())]).nullish(),
    messages: z
      .array(
        z.strictObject({
          role: z.enum(['user', 'assistant']),
          content: z.union([z.string(), z.array(z.record(z.string(), z.json()))]),
        }),
      )
      .default([]),
  }),
  episode_id: z.string().refine(isUuidV7, 'Invalid Episode ID: must be a UUIDv7').nullish(),
  namespace: z.string().min(1).nullish(),
  stream: z.boolean().nullish(),
  params: Params.nullish(),
  variant_name: z.string().nullish(),
  dryrun: z.boolean().nullish(),
  internal: z.boolean().nullish(),
  tags: z.record(z.string(), z.string()).nullish(),
  allowed_tools: z.array(z.string()).nullish(),
  additional_tools: z.array(AdditionalTool).nullish(),
  tool_choice: z
    .union([z.enum(['none', 'auto', 'required']), z.strictObject({ specific: z.string() })])
    .nullish(),
  parallel_tool_calls: z.boolean().nullish(),
  output_schema: z.json().optional(),
  credentials: z.record(z.string(), z.string()).nullish(),
  internal_dynamic_variant_config: z.record(z.string(), z.json()).nullish(),
})
type Body = z.infer<typeof Body>

/** Reads a request of TensorZero's own API (`POST /inference`). Throws `GatewayError`. */
export function readInference(request: RawRequest): Ask {
  const json = readBody(request)
  const read = Body.safeParse(json)
  if (!read.success) throw wrong(read.error)
  const body = read.data
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
    body: body.credentials
      ? Buffer.from(JSON.stringify({ ...json, credentials: '[redacted]' }))
      : request.body,
    json,
    verbatim: false,
    encodeFor: () => null,
    episodeId: body.episode_id ?? null,
    tags: tagsOf(body),
    credentials: secretsOf(body),
    extraBody: [],
    extraHeaders: [],
    dryrun: body.dryrun === true,
    warnings: [],
    gone: request.client.gone,
    task: taskOf(body),
  }
}

function wrong(error: z.ZodError): GatewayError {
  const [issue] = error.issues
  const path = issue?.path.join('.') ?? ''
  const where = path === '' ? '' : `${path}: `
  return new GatewayError('invalid_request', `${where}${issue?.message ?? 'wrong'}`, {
    param: path,
  })
}

function checkTarget(body: Body): void {
  const { function_name: fn, model_name: model, variant_name: variant } = body
  if (fn && model) throw refuse('Only one of `function_name` or `model_name` can be provided')
  if (!fn && !model) throw refuse('Either `function_name` or `model_name` must be provided')
  if (model && variant) throw refuse('`variant_name` cannot be provided when using `model_name`')
  if (!body.internal_dynamic_variant_config) return
  if (variant) {
    throw refuse('`variant_name` and `internal_dynamic_variant_config` cannot both be provided')
  }
  if (!fn) throw refuse('`internal_dynamic_variant_config` needs a `function_name`')
  if (body.dryrun !== true) throw refuse('`internal_dynamic_variant_config` needs `dryrun: true`')
}

function refuse(message: string): GatewayError {
  return new GatewayError('invalid_request', message)
}

function tagsOf({ tags, internal, namespace }: Body): Record<string, string> {
  const own = Object.keys(tags ?? {}).find((key) => key.startsWith('tensorzero::'))
  if (own !== undefined && internal !== true) {
    throw refuse(`Tag name cannot start with 'tensorzero::': ${own}`)
  }
  return {
    ...tags,
    ...(internal === true && { 'tensorzero::internal': 'true' }),
    ...(namespace && { 'tensorzero::namespace': namespace }),
  }
}

function secretsOf({ credentials }: Body): Ask['credentials'] {
  const entries = Object.entries(credentials ?? {})
  return new Map(entries.map(([key, value]) => [key, new Secret(value)]))
}

function taskOf(body: Body): Task {
  const dynamic: JsonObject | null = body.internal_dynamic_variant_config ?? null
  return {
    functionName: body.function_name ?? null,
    variantName: body.variant_name ?? null,
    dynamicVariant: dynamic,
    input: decodeInput(body.input),
    params: withoutNulls(body.params?.chat_completion ?? {}),
    chatParams: {},
    extra: {},
    extraWire: null,
    tools: {
      allowed: body.allowed_tools ?? null,
      additional: (body.additional_tools ?? []).map(toolOf),
      choice: choiceOf(body.tool_choice),
      parallel: body.parallel_tool_calls ?? null,
      provider: [],
    },
    outputSchema: body.output_schema ?? null,
    namespace: body.namespace ?? null,
  }
}

function withoutNulls(values: Readonly<Record<string, unknown>>): Task['params'] {
  const given = Object.entries(values).filter(([, value]) => value !== null && value !== undefined)
  return Object.fromEntries(given)
}

function toolOf({ name, description, parameters, strict }: z.infer<typeof AdditionalTool>): Tool {
  return { name, description, parameters, ...compact({ strict }) }
}

function choiceOf(choice: Body['tool_choice']): ToolChoice | null {
  if (choice === null || choice === undefined) return null
  return typeof choice === 'string' ? { mode: choice } : { mode: 'required', tool: choice.specific }
}
