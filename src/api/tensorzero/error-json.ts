import type { Cause, GatewayError, TimeOut } from '../../domain/errors.ts'
import type { App } from '../app.ts'
import type { Json, JsonObject } from '../../lib/json.ts'

/**
 * An error as data, under TensorZero's names for it (`gateway.unstable_error_json`); under ours
 * where it has none.
 */
export function errorJson(error: GatewayError): JsonObject {
  const { wraps, causes = [], limit } = error.context
  switch (wraps) {
    case 'variants':
      return { AllVariantsFailed: { errors: named(causes) } }
    case 'candidates':
      return { AllCandidatesFailed: { candidate_errors: named(causes) } }
    case 'providers':
      return { AllModelProvidersFailed: { provider_errors: named(causes) } }
    case 'retries':
      return { AllRetriesFailed: { errors: causes.map((cause): Json => errorJson(cause.error)) } }
    default:
      return limit ? timeOut(limit) : plain(error)
  }
}

/** The body of an error in TensorZero's own routes. */
export function plainError({ engine }: App, error: GatewayError): JsonObject {
  const withJson = engine.config().gateway.unstableErrorJson
  return { error: error.message, ...(withJson && { error_json: errorJson(error) }) }
}

/** Errors that TensorZero has a name of its own for, by their messages: the groups are its fields. */
const NAMED: readonly (readonly [name: string, message: RegExp])[] = [
  ['InvalidInferenceTarget', /^Invalid inference target: (?<message>.*)$/s],
  [
    'InvalidOpenAICompatibleRequest',
    /^Invalid request to OpenAI-compatible endpoint: (?<message>.*)$/s,
  ],
  ['UnknownFunction', /^Unknown function: (?<name>.*)$/s],
  ['UnknownVariant', /^Unknown variant: (?<name>.*)$/s],
  ['UnknownMetric', /^Unknown metric: (?<name>.*)$/s],
  ['ToolNotFound', /^Tool not found: (?<name>.*)$/s],
  ['DuplicateTool', /^Duplicate tool name: (?<name>.*)\. Tool names must be unique\.$/s],
  [
    'ExtraBodyReplacement',
    /^Error replacing extra body: `(?<message>.*)` with pointer: `(?<pointer>.*)`$/s,
  ],
  ['IncompatibleTool', /^(?<message>The custom tool .*)$/s],
  ['ModelNotFound', /^Model not found: (?<model_name>.*)$/s],
  ['InvalidTensorzeroUuid', /^Invalid (?<kind>\w+) ID: (?<message>.*)$/s],
  [
    'InvalidWorkflowEvaluationRun',
    /^Workflow evaluation run not found for episode id: (?<episode_id>.*)$/s,
  ],
  ['InvalidDatasetName', /^Invalid dataset name: (?<dataset_name>.*)\. Datasets cannot be named/s],
  [
    'DatapointNotFound',
    /^Datapoint not found for dataset: (?<dataset_name>.*) and id: (?<datapoint_id>.*)$/s,
  ],
  ['BatchNotFound', /^Batch request not found for id: (?<id>.*)$/s],
  ['InferenceNotFound', /^Inference not found for id: (?<inference_id>.*)$/s],
  ['ConfigSnapshotNotFound', /^Config snapshot not found for hash: (?<snapshot_hash>.*)$/s],
  ['ApiKeyMissing', /^API key missing for provider (?<provider_name>[^:]*): (?<message>.*)$/s],
  ['TensorZeroAuth', /^TensorZero authentication error: (?<message>.*)$/s],
  [
    'ObjectStoreUnconfigured',
    /^Object storage is not configured\..* a `(?<block_type>\w+)` content block/s,
  ],
]

/** A provider's failure in TensorZero's words. */
const PROVIDERS =
  /^Error(?: (?<status>\d+)[^:]*?)? from (?<type>\S+) (?<side>client|server): (?<said>.*)$/s
const RAW =
  /^(?<message>.*?)(?:\nRaw request: (?<request>.*?))?(?:\nRaw response: (?<response>.*))?$/s

function plain({ code, message, context }: GatewayError): JsonObject {
  for (const [name, pattern] of NAMED) {
    const found = pattern.exec(message)
    if (found) return { [name]: { ...found.groups } }
  }
  const failed = PROVIDERS.exec(message)?.groups
  if (!failed) return { [pascal(code)]: { message } }
  const { status, type = '', side, said = '' } = failed
  const { message: words = said, request = null, response = null } = RAW.exec(said)?.groups ?? {}
  return {
    [side === 'client' ? 'InferenceClient' : 'InferenceServer']: {
      message: words,
      ...(side === 'client' && {
        status_code: context.status ?? (status === undefined ? null : Number(status)),
      }),
      provider_type: type,
      raw_request: request,
      raw_response: response,
    },
  }
}

function named(causes: readonly Cause[]): JsonObject {
  return Object.fromEntries(causes.map(({ name, error }) => [name, errorJson(error)]))
}

/** Durations as Rust's serde writes them. */
function timeOut({ owner, name, setting, ms }: TimeOut): JsonObject {
  const timeout = { secs: Math.floor(ms / 1000), nanos: (ms % 1000) * 1_000_000 }
  const kind = setting.replace('.', '_').replace('_ms', '')
  switch (owner) {
    case 'variant':
      return { VariantTimeout: { variant_name: name, timeout, kind } }
    case 'model':
      return { ModelTimeout: { model_name: name, timeout, kind } }
    case 'provider':
      return { ModelProviderTimeout: { provider_name: name, timeout, kind } }
    case 'request':
      return { RequestTimeout: { timeout, kind } }
  }
}

function pascal(code: string): string {
  return code.replaceAll(/(?:^|_)([a-z])/g, (_, letter: string) => letter.toUpperCase())
}
