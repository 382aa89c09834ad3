import { z } from 'zod'
import type { ChatParams, JsonObject, ProviderTool } from '../../domain/chat.ts'
import { cacheOptions } from '../cache-options.ts'
import type { Ask, Include } from '../../engine/ask.ts'
import { jsonModeOf } from '../../engine/functions/chat-request.ts'
import type { Task } from '../../engine/functions/task.ts'
import type { RawRequest } from '../../http/route.ts'
import { asObject, fieldsBeside } from '../../lib/json.ts'
import { compact } from '../compact.ts'
import { readBySchema } from '../serde.ts'
import * as Field from '../tensorzero/fields.ts'
import { secretsOf, tagsOf, withoutNulls } from '../tensorzero/request.ts'
import { decodeParams, KNOWN } from './decode.ts'
import { decodeTools } from './decode-tools.ts'
import { taskParamsOf } from '../task-of-chat.ts'
import { withoutKeys } from './extensions.ts'
import { cleanMessages } from './own-blocks.ts'
import { openaiInvalid } from './task-blocks.ts'
import { readInput } from './task-input.ts'
import { redacted } from '../redacted.ts'

const PREFIX = 'tensorzero::'

const Keys = z.object({
  'tensorzero::variant_name': z.string().nullish(),
  'tensorzero::dryrun': z.boolean().nullish(),
  'tensorzero::episode_id': Field.EpisodeId.nullish(),
  'tensorzero::namespace': Field.Namespace.nullish(),
  'tensorzero::cache_options': Field.CacheOptions.nullish(),
  'tensorzero::extra_body': Field.BodyPatches.nullish(),
  'tensorzero::extra_headers': Field.HeaderPatches.nullish(),
  'tensorzero::tags': Field.Tags.nullish(),
  'tensorzero::deny_unknown_fields': z.boolean().nullish(),
  'tensorzero::credentials': Field.Credentials.nullish(),
  'tensorzero::internal_dynamic_variant_config': z.record(z.string(), z.json()).nullish(),
  'tensorzero::provider_tools': Field.ProviderTools.nullish(),
  'tensorzero::params': Field.Params.nullish(),
  'tensorzero::include_raw_usage': z.boolean().nullish(),
  'tensorzero::include_raw_response': z.boolean().nullish(),
  'tensorzero::include_original_response': z.boolean().nullish(),
})
type Keys = z.infer<typeof Keys>

/** The fields of this dialect that TensorZero reads. */
const FIELDS = new Set([
  ...Object.keys(Keys.shape),
  'messages',
  'model',
  'frequency_penalty',
  'max_tokens',
  'max_completion_tokens',
  'presence_penalty',
  'response_format',
  'seed',
  'stream',
  'stream_options',
  'temperature',
  'tools',
  'tool_choice',
  'top_p',
  'parallel_tool_calls',
  'stop',
  'reasoning_effort',
  'service_tier',
  'verbosity',
  'n',
])

/** Whom a request names by TensorZero's grammar: a function, or else a model. */
export interface Named {
  readonly functionName: string | null
  /** The function's or the model's name. */
  readonly model: string
  /** As the client wrote it. */
  readonly written: string
}

/** A chat request to a function, or to a model by its full name, as TensorZero reads it. */
export function readTaskRequest(request: RawRequest, json: JsonObject, named: Named): Ask {
  const keys = readBySchema(Keys, json)
  refuseUnknown(json, keys)
  const stream = json['stream'] === true
  const { input, warnings } = readInput(json['messages'])
  const include = includeOf(keys)
  const asIs = isAsIs(named, keys, input)
  const messages = asIs ? cleanMessages(json['messages']) : null
  const cleaned = messages || hasOwnKeys(json) ? withoutKeys(json, messages) : null
  return {
    dialect: 'openai.chat',
    operation: 'chat',
    wire: 'openai_chat',
    requestedModel: named.written,
    model: named.model,
    relay: false,
    stream,
    wantsUsage: !stream || wantsUsage(json, include),
    body: keys['tensorzero::credentials']
      ? redacted(json, 'tensorzero::credentials')
      : request.body,
    json: cleaned ?? json,
    verbatim: cleaned === null,
    encodeFor: () => null,
    episodeId: keys['tensorzero::episode_id'] ?? null,
    tags: tagsOf(keys['tensorzero::tags'] ?? {}, {
      namespace: keys['tensorzero::namespace'],
      internal: false,
    }),
    credentials: secretsOf(keys['tensorzero::credentials'] ?? {}),
    cache: cacheOptions(keys['tensorzero::cache_options']),
    extraBody: keys['tensorzero::extra_body'] ?? [],
    extraHeaders: keys['tensorzero::extra_headers'] ?? [],
    dryrun: keys['tensorzero::dryrun'] === true,
    include,
    warnings: [...warnings, ...ownWarnings(keys)],
    gone: request.client.gone,
    task: { ...taskOf(json, keys, named), input, asIs },
  }
}

/** A model's request goes to a provider of this dialect as it came, unless TensorZero's keys say more. */
function isAsIs({ functionName }: Named, keys: Keys, { system, messages }: Task['input']): boolean {
  if (functionName !== null || keys['tensorzero::params'] || keys['tensorzero::provider_tools']) {
    return false
  }
  const blocks = messages.flatMap(({ content }) => content)
  return typeof system !== 'object' && blocks.every(({ type }) => type !== 'template')
}

function refuseUnknown(json: JsonObject, keys: Keys): void {
  if (keys['tensorzero::deny_unknown_fields'] !== true) return
  const unknown = Object.keys(json)
    .filter((key) => !FIELDS.has(key))
    .toSorted()
  if (unknown.length === 0) return
  throw openaiInvalid(
    `\`tensorzero::deny_unknown_fields\` is set to true, but found unknown fields in the request: [${unknown.join(', ')}]`,
  )
}

function includeOf(keys: Keys): Include {
  return {
    rawResponse: keys['tensorzero::include_raw_response'] === true,
    rawUsage: keys['tensorzero::include_raw_usage'] === true,
    originalResponse: keys['tensorzero::include_original_response'] === true,
    aggregated: false,
  }
}

/** Usage in a stream must be asked for; raw usage asks for it too. */
function wantsUsage(json: JsonObject, { rawUsage }: Include): boolean {
  const asked = asObject(json['stream_options'])?.['include_usage']
  if (rawUsage && asked === false) {
    throw openaiInvalid(
      '`tensorzero::include_raw_usage` requires `stream_options.include_usage` to be true (or omitted) for streaming requests',
    )
  }
  return asked === true || rawUsage
}

function hasOwnKeys(json: JsonObject): boolean {
  return Object.keys(json).some((key) => key.startsWith(PREFIX))
}

function ownWarnings(keys: Keys): string[] {
  return keys['tensorzero::include_original_response']
    ? [
        '`tensorzero::include_original_response` is deprecated: use `tensorzero::include_raw_response`',
      ]
    : []
}

function taskOf(
  json: JsonObject,
  keys: Keys,
  { functionName }: Named,
): Omit<Task, 'input' | 'asIs'> {
  const decoded = decodeParams(json)
  if ((decoded.n ?? 1) > 1) throw openaiInvalid('`n` must be 1: a request has one answer')
  const ofModel = functionName === null
  const schema = asObject(asObject(json['response_format'])?.['json_schema'])?.['schema']
  const jsonMode = ofModel ? undefined : jsonModeOf(decoded.responseFormat)
  return {
    functionName,
    variantName: keys['tensorzero::variant_name'] ?? null,
    dynamicVariant: keys['tensorzero::internal_dynamic_variant_config'] ?? null,
    params: {
      ...taskParamsOf(decoded),
      ...compact({ json_mode: jsonMode }),
      ...withoutNulls(keys['tensorzero::params']?.chat_completion ?? {}),
    },
    chatParams: chatParamsOf(decoded, ofModel),
    extra: fieldsBeside(json, new Set([...KNOWN, ...ownKeysOf(json)])) ?? {},
    extraWire: 'openai_chat',
    tools: toolsOf(json, decoded, keys['tensorzero::provider_tools'] ?? []),
    outputSchema: schema ?? null,
    namespace: keys['tensorzero::namespace'] ?? null,
  }
}

function chatParamsOf(decoded: ChatParams, ofModel: boolean): ChatParams {
  const { topK, user, logprobs, topLogprobs } = decoded
  const responseFormat = ofModel ? decoded.responseFormat : undefined
  return compact({ topK, user, logprobs, topLogprobs, responseFormat })
}

function toolsOf(
  json: JsonObject,
  { toolChoice, parallelToolCalls }: ChatParams,
  provided: readonly ProviderTool[],
): Task['tools'] {
  const { tools, providerTools = [] } = decodeTools(json)
  return {
    allowed: toolChoice?.allowed ?? null,
    additional: tools,
    choice: toolChoice ?? null,
    parallel: parallelToolCalls ?? null,
    provider: [...providerTools, ...provided],
  }
}

function ownKeysOf(json: JsonObject): string[] {
  return Object.keys(json).filter((key) => key.startsWith(PREFIX))
}
