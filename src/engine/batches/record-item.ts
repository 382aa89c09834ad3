import type { Batch } from '../../domain/batch.ts'
import type { Config, Target } from '../../config/config.ts'
import type { Part } from '../../domain/chat.ts'
import { GatewayError } from '../../domain/errors.ts'
import { BATCH_DIALECT } from '../../domain/record.ts'
import type { BatchResult } from '../../providers/batch.ts'
import type { ChatWire } from '../../providers/provider.ts'
import type { AttemptDraft, Draft } from '../draft.ts'
import { sizeOfDraft } from '../draft.ts'
import type { Engine } from '../engine.ts'
import { providerFailure } from '../failures.ts'
import { isAnswer, withoutAnswer } from '../whole.ts'
import { answerFromTool } from '../functions/answers.ts'
import { noteTask } from '../functions/note-task.ts'
import { toldOf } from '../functions/told.ts'
import type { BatchItem } from './batch-item.ts'
import { functionNamed } from '../functions/function-named.ts'

interface Recording {
  readonly engine: Engine
  readonly config: Config
  readonly batch: Batch
  readonly target: Target
  readonly wire: ChatWire
}

interface Outcome {
  /** Null: there is none. */
  readonly result: BatchResult | null
  /** Why there may be none. */
  readonly silence: string
}

/** Makes the record of one request of a batch. Returns why it failed; null when it did not. */
export function recordItem(
  recording: Recording,
  item: BatchItem,
  { result, silence }: Outcome,
): string | null {
  const { engine, wire } = recording
  const parts = result?.status === 200 ? wire.parts(result.body) : []
  const error = errorOf(recording, { result, silence, parts })
  const draft = draftOf(recording, item, { result, error, parts })
  engine.store.add(draft, sizeOfDraft(draft))
  return error?.message ?? null
}

function errorOf(
  { engine, target, wire }: Recording,
  { result, silence, parts }: Outcome & { readonly parts: readonly Part[] },
): GatewayError | null {
  const name = `${target.model}/${target.name}`
  if (!result) return new GatewayError('upstream_failed', silence, { target: name })
  const said = wire.error(result.body)
  if (result.status !== 200 || said) {
    const answer = { headers: {}, text: '', nowMs: engine.clock.now() }
    return providerFailure(name, result.status, said, answer)
  }
  return parts.some(isAnswer) ? null : withoutAnswer(name)
}

interface Found {
  readonly result: BatchResult | null
  readonly error: GatewayError | null
  readonly parts: readonly Part[]
}

function draftOf(recording: Recording, item: BatchItem, found: Found): Draft {
  const { engine, batch } = recording
  const { error } = found
  const latencyUs = Math.max(0, engine.clock.now() - batch.beganAt) * 1000
  return {
    id: item.id,
    episodeId: item.episodeId,
    startedAt: batch.beganAt,
    dialect: BATCH_DIALECT,
    requestedModel: batch.functionName,
    model: batch.model,
    stream: false,
    outcome: error?.kind.outcome ?? 'ok',
    status: error?.status ?? 200,
    error: error?.code ?? null,
    errorMessage: error?.message ?? null,
    latencyUs,
    overheadUs: 0,
    ttftUs: null,
    tags: item.tags,
    warnings: item.warnings,
    configHash: batch.configHash,
    body: '',
    contentType: null,
    told: toldText(recording, item, found.parts),
    answering: 0,
    attempts: [attemptOf(recording, item, { ...found, latencyUs })],
  }
}

/** What the function answered, as for a request that is made alone. */
function toldText(
  { config, batch, target }: Recording,
  item: BatchItem,
  parts: readonly Part[],
): string {
  const noted = noteTask(config, functionNamed(config, batch.functionName), item.task)
  noted.variantName = batch.variantName
  noted.params = item.params
  const whole = { kind: 'whole', headers: {}, bytes: null, parts } as const
  const reply = item.answersByTool ? answerFromTool(whole) : whole
  if (reply.kind === 'whole') for (const part of reply.parts) noted.collector.add(part)
  return JSON.stringify(toldOf(noted, { extraBody: [] }, target.provider.type))
}

function attemptOf(
  { batch, target, wire }: Recording,
  item: BatchItem,
  { result, error, latencyUs }: Found & { readonly latencyUs: number },
): AttemptDraft {
  const response = result ? latin1(JSON.stringify(result.body)) : ''
  return {
    id: item.attemptId,
    number: 1,
    reason: 'first',
    model: target.model,
    variant: batch.variantName,
    input: JSON.stringify(item.input),
    provider: target.name,
    providerType: target.provider.type,
    wire: wire.name,
    upstreamModel: target.upstreamModel,
    url: '',
    status: result?.status ?? null,
    error: error?.code ?? null,
    errorMessage: error?.message ?? null,
    startedUs: 0,
    headUs: null,
    ttftUs: null,
    endedUs: latencyUs,
    reusedSocket: false,
    staleRetry: false,
    mayHaveBeenBilled: false,
    cost: target.batchCost,
    batched: true,
    requestBody: latin1(item.request),
    responsePieces: [response],
    bytesIn: response.length,
    responseType: 'application/json',
    streamed: false,
  }
}

/** A byte a character, as bodies travel to the store thread. */
function latin1(text: string): string {
  return Buffer.from(text).toString('latin1')
}
