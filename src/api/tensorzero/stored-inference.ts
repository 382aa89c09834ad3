import { timeOfUuidV7 } from '../../domain/ids.ts'
import { type NativeInference, toolParamsOf } from '../../domain/native.ts'
import type { JsonObject } from '../../lib/json.ts'
import type { FoundInference } from '../../store/inference-reads.ts'
import type { OutputSource } from './list-request.ts'

/** TensorZero's `StoredInference`. */
export function presentInference(found: FoundInference, source: OutputSource): JsonObject {
  const { native } = found
  const type = native?.type ?? 'chat'
  return {
    type,
    function_name: found.functionName,
    variant_name: found.variantName,
    ...(native && { input: native.input }),
    ...outputOf(found, source),
    timestamp: timestampOf(found.id),
    episode_id: found.episodeId,
    inference_id: found.id,
    ...(type === 'chat' ? toolParamsOf(native ?? {}) : schemaOf(native)),
    tags: { ...found.tags },
    ...(native && { extra_body: native.extra_body, inference_params: native.inference_params }),
    processing_time_ms: Math.round(found.latencyUs / 1000),
    ttft_ms: found.ttftUs === null ? null : Math.round(found.ttftUs / 1000),
    snapshot_hash: hexOf(found.configHash),
  }
}

/** What was answered, or what somebody would rather have had: then the answer is dispreferred. */
function outputOf({ native, demonstration }: FoundInference, source: OutputSource): JsonObject {
  const output = native?.output ?? null
  switch (source) {
    case 'none':
      return { dispreferred_outputs: [] }
    case 'inference':
      return { ...(output !== null && { output }), dispreferred_outputs: [] }
    case 'demonstration':
      return { output: demonstration, dispreferred_outputs: output === null ? [] : [output] }
  }
}

function schemaOf(native: NativeInference | null): JsonObject {
  return native?.output_schema === undefined ? {} : { output_schema: native.output_schema }
}

/** The time that an id carries, as TensorZero prints it: in whole seconds. */
export function timestampOf(id: string): string {
  return secondsOf(timeOfUuidV7(id))
}

export function secondsOf(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`
}

/** A configuration's hash is a decimal number, but on rows it is hexadecimal. */
export function hexOf(hash: string): string {
  if (!/^\d+$/.test(hash)) return hash
  const hex = BigInt(hash).toString(16)
  return hex.length % 2 === 0 ? hex : `0${hex}`
}
