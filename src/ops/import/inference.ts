import {
  type Block,
  finishReasonIn,
  type Json,
  type JsonObject,
  type Message,
} from '../../domain/chat.ts'
import { timeOfUuidV7 } from '../../domain/ids.ts'
import type { NativeInference } from '../../domain/native.ts'
import type { AttemptRecord, InferenceRecord } from '../../domain/record.ts'
import { NO_USAGE, restOf, UNKNOWN_USAGE, type Usage } from '../../domain/usage.ts'
import { inputPreview, sumOfCosts, sumOfUsage, textPreview } from '../../engine/complete.ts'
import { DEFAULT_FUNCTION } from '../../engine/functions/default-function.ts'
import { asArray, asObject, asString, parseJson } from '../../lib/json.ts'
import { readText, type Row } from '../../store/row.ts'
import {
  hashIn,
  inputIn,
  jsonIn,
  keyOf,
  nanoIn,
  objectIn,
  optionalNumber,
  optionalText,
  textsIn,
  toolsIn,
} from './values.ts'

/** TensorZero's blocks in our nouns; those that are not known stay as they are. Never throws. */
export type ReadBlocks = (content: Json, role: 'user' | 'assistant') => Block[]

/** An inference and the calls of models it took, as a record of ours. Throws for damaged rows. */
export function importedRecord(
  row: Row,
  calls: readonly Row[],
  readBlocks: ReadBlocks,
): InferenceRecord {
  const id = keyOf(row)
  const native = nativeIn(row)
  const attempts = calls.map((call, index) => attemptOf(call, index, readBlocks))
  const answering = attempts[answeringIn(row, calls)]
  const functionName = readText(row, 'function_name')
  const latencyMs = optionalNumber(row, 'processing_time_ms')
  const input = answering?.input ?? messagesOf(native.input, readBlocks)
  const output = outputBlocks(native, readBlocks)
  const model = answering?.model ?? null
  return {
    id,
    episodeId: readText(row, 'episode'),
    startedAt: timeOfUuidV7(id),
    dialect: 'tensorzero.inference',
    responseId: null,
    functionName,
    variantName: readText(row, 'variant_name'),
    requestedModel: functionName === DEFAULT_FUNCTION ? (model ?? '') : functionName,
    model,
    stream: optionalNumber(row, 'ttft_ms') !== null,
    outcome: 'ok',
    status: 200,
    error: null,
    errorMessage: null,
    latencyUs: 1000 * (latencyMs ?? Math.max(0, ...attempts.map(({ endedUs }) => endedUs / 1000))),
    overheadUs: 0,
    ttftUs: microseconds(row, 'ttft_ms'),
    finish: answering?.finish ?? null,
    usage: sumOfUsage(attempts),
    costNano: sumOfCosts(attempts.map(({ costNano }) => costNano)),
    tags: textsIn(row, 'tags'),
    warnings: [],
    configHash: hashIn(row),
    attempts: attempts.map((attempt) => (attempt === answering ? withoutInput(attempt) : attempt)),
    input,
    tools: null,
    params: native.inference_params['chat_completion'] ?? {},
    output,
    native,
    rawRequest: '',
    inputPreview: inputPreview({ messages: input, tools: [], params: {}, extra: {} }),
    outputPreview: textPreview(output),
  }
}

function nativeIn(row: Row): NativeInference {
  const common = {
    input: inputIn(row),
    output: jsonIn(row, 'output'),
    inference_params: objectIn(row, 'inference_params'),
    extra_body: [...asArray(jsonIn(row, 'extra_body'))],
  }
  if (row['type'] === 'chat') {
    return { type: 'chat', ...common, output: common.output ?? [], ...toolsIn(row) }
  }
  return {
    type: 'json',
    ...common,
    output: common.output ?? { raw: null, parsed: null },
    output_schema: jsonIn(row, 'output_schema') ?? {},
    auxiliary_content: jsonIn(row, 'auxiliary_content') ?? [],
  }
}

function outputBlocks({ type, output }: NativeInference, readBlocks: ReadBlocks): Block[] {
  if (type === 'chat') return readBlocks(output, 'assistant')
  const raw = asString(asObject(output)?.['raw'])
  return raw === undefined ? [] : [{ type: 'text', text: raw }]
}

function messagesOf({ system = null, messages }: JsonObject, readBlocks: ReadBlocks): Message[] {
  const told = typeof system === 'string' || system === null ? system : JSON.stringify(system)
  return [
    ...(told === null
      ? []
      : [{ role: 'system', content: [{ type: 'text', text: told }] } as const]),
    ...asArray(messages).map((each) => {
      const message = asObject(each) ?? {}
      const role = message['role'] === 'assistant' ? 'assistant' : 'user'
      return { role, content: readBlocks(message['content'] ?? [], role) } as const
    }),
  ]
}

/** The call whose answer became the inference's; where none is quite the same, the last one. */
function answeringIn(row: Row, calls: readonly Row[]): number {
  const raw =
    row['type'] === 'json' ? asString(asObject(jsonIn(row, 'output'))?.['raw']) : undefined
  const wanted = raw === undefined ? wordsOf(jsonIn(row, 'output')) : raw
  const found = calls.findLastIndex((call) => wordsOf(jsonIn(call, 'output')) === wanted)
  return found === -1 ? calls.length - 1 : found
}

/** What an answer says or calls, to tell answers apart. */
function wordsOf(output: Json): string {
  return asArray(output)
    .map((each) => {
      const block = asObject(each) ?? {}
      return asString(block['text']) ?? asString(block['id']) ?? ''
    })
    .join('')
}

function attemptOf(call: Row, index: number, readBlocks: ReadBlocks): AttemptRecord {
  const rawRequest = optionalText(call, 'raw_request') ?? ''
  const rawResponse = optionalText(call, 'raw_response') ?? ''
  const system = optionalText(call, 'system')
  const cached = Boolean(call['cached'])
  const usage = usageIn(call)
  const costNano = nanoIn(call, 'cost')
  return {
    id: keyOf(call),
    number: index + 1,
    reason: 'first',
    provider: readText(call, 'model_provider_name'),
    // Not recorded: what thoughts say of it is kept with them.
    providerType: '',
    model: readText(call, 'model_name'),
    variant: optionalText(call, 'variant_name') ?? '',
    upstreamModel: asString(asObject(parseJson(rawRequest))?.['model']) ?? '',
    url: '',
    status: 200,
    error: null,
    errorMessage: null,
    startedUs: 0,
    headUs: null,
    ttftUs: microseconds(call, 'ttft_ms'),
    endedUs: microseconds(call, 'response_time_ms') ?? 0,
    bytesOut: Buffer.byteLength(rawRequest),
    bytesIn: Buffer.byteLength(rawResponse),
    reusedSocket: false,
    staleRetry: false,
    mayHaveBeenBilled: false,
    ...(cached
      ? { usage: NO_USAGE, usageSource: 'provider', costNano: 0, costSource: null }
      : {
          usage,
          usageSource: usage ? 'provider' : 'unknown',
          costNano,
          costSource: costNano === null ? null : 'config',
        }),
    finish: finishReasonIn(call['finish_reason']),
    finishRaw: null,
    cached,
    input: messagesOf({ system, messages: jsonIn(call, 'input_messages') }, readBlocks),
    output: readBlocks(jsonIn(call, 'output'), 'assistant'),
    rawRequest,
    rawResponse,
  }
}

/** Its totals contain what caches gave and took. */
function usageIn(call: Row): Usage | null {
  const cacheRead = optionalNumber(call, 'provider_cache_read_input_tokens')
  const cacheWrite = optionalNumber(call, 'provider_cache_write_input_tokens')
  const input = restOf(optionalNumber(call, 'input_tokens'), [cacheRead, cacheWrite])
  const output = optionalNumber(call, 'output_tokens')
  if (input === null && output === null) return null
  return { ...UNKNOWN_USAGE, input, cacheRead, cacheWrite, output }
}

function withoutInput({ input: _input, ...attempt }: AttemptRecord): AttemptRecord {
  return attempt
}

function microseconds(row: Row, column: string): number | null {
  const ms = optionalNumber(row, column)
  return ms === null ? null : ms * 1000
}
