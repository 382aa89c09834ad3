import { type Provider, wiresOf } from '../providers/provider.ts'
import { relay } from '../providers/relay.ts'
import type {
  BodyPatch,
  CostEntry,
  Credential,
  HeaderPatch,
  Relay,
  Retries,
  Target,
  Timeouts,
} from './config.ts'
import type * as Schema from './schema-common.ts'
import type { CommonProvider } from './schema-models.ts'
import { type TypeDefaults, withSlash } from './type-defaults.ts'

export const NO_TIMEOUTS: Timeouts = Object.freeze({
  totalMs: null,
  ttftMs: null,
  streamTotalMs: null,
  idleMs: null,
})

const NOTHING = Object.freeze([])

/** What a target is made of once everything has been looked up. */
interface Found {
  readonly model: string
  readonly name: string
  readonly provider: Provider
  readonly apiBase: string
  readonly credential: Credential
  readonly settings: Readonly<Record<string, Credential>>
  readonly options: Readonly<Record<string, unknown>>
  readonly batchFiles: Target['batchFiles']
}

/** A provider as the file describes it. */
export function toTarget(found: Found, entry: CommonProvider): Target {
  const { batch_cost: batchCost } = entry
  return Object.freeze({
    ...plainTarget(found),
    timeouts: toTimeouts(entry.timeouts),
    ...toPatches(entry),
    discardUnknown: entry.discard_unknown_chunks,
    cost: deepFreeze(entry.cost.map(toCostEntry)),
    batchCost: deepFreeze((batchCost.length > 0 ? batchCost : entry.cost).map(toCostEntry)),
  })
}

/** The target of a short name; undefined when the type cannot be called by one. */
export function toShortTarget(
  model: string,
  upstream: string,
  defaults: TypeDefaults,
): Target | undefined {
  const { provider, credential, batchFiles } = defaults
  const apiBase = needsNoBase(provider) ? (defaults.apiBase ?? '') : defaults.apiBase
  const named = provider.shortOptions?.(upstream) ?? null
  const written = provider.shortOptions ? named : { model_name: upstream }
  if (!provider.shorthand || apiBase === null || written === null) return undefined
  const options = provider.fields.safeParse(written)
  if (!options.success) return undefined
  const found = { model, name: provider.type, provider, apiBase, credential, batchFiles }
  return Object.freeze(plainTarget({ ...found, options: options.data, settings: {} }))
}

/** In the place of a model's providers: the gateway that is asked for the model instead. */
export function toRelayTarget(model: string, { gatewayUrl, credential }: Relay): Target {
  const found = { model, name: relay.type, provider: relay, apiBase: withSlash(gatewayUrl) }
  return Object.freeze(
    plainTarget({ ...found, credential, settings: {}, options: {}, batchFiles: null }),
  )
}

/** It answers by itself, or makes its own address. */
export function needsNoBase(provider: Provider): boolean {
  return provider.script !== undefined || provider.url !== undefined
}

function plainTarget(found: Found): Target {
  const { provider, options } = found
  const { model_name: named } = options
  const upstream = provider.upstreamModel?.(options) ?? named
  return {
    ...found,
    options: deepFreeze(options),
    wires: wiresOf(provider, options),
    upstreamModel: typeof upstream === 'string' ? upstream : found.model,
    timeouts: NO_TIMEOUTS,
    extraBody: NOTHING,
    extraHeaders: NOTHING,
    discardUnknown: false,
    cost: NOTHING,
    batchCost: NOTHING,
  }
}

export function toTimeouts(written: Schema.Timeouts | undefined): Timeouts {
  const { non_streaming: whole, streaming } = written ?? {}
  return Object.freeze({
    totalMs: whole?.total_ms ?? null,
    ttftMs: streaming?.ttft_ms ?? null,
    streamTotalMs: streaming?.total_ms ?? null,
    idleMs: streaming?.idle_ms ?? null,
  })
}

export function toRetries(written: Schema.Retries): Retries {
  const { num_retries: numRetries, max_delay_s: maxDelayS } = written
  return Object.freeze({ numRetries, maxDelayMs: maxDelayS * 1000 })
}

type Patched = Pick<CommonProvider, 'extra_body' | 'extra_headers'>

/** The changes to requests that a table asks for. */
export function toPatches(entry: Patched): Pick<Target, 'extraBody' | 'extraHeaders'> {
  return {
    extraBody: deepFreeze(entry.extra_body.map(toBodyPatch)),
    extraHeaders: deepFreeze(entry.extra_headers.map(toHeaderPatch)),
  }
}

function toBodyPatch(entry: CommonProvider['extra_body'][number]): BodyPatch {
  if (entry.value === undefined) return { pointer: entry.pointer, delete: true }
  return { pointer: entry.pointer, value: entry.value }
}

function toHeaderPatch(entry: CommonProvider['extra_headers'][number]): HeaderPatch {
  if (entry.value === undefined) return { name: entry.name, delete: true }
  return { name: entry.name, value: entry.value }
}

function toCostEntry(entry: Schema.Cost[number]): CostEntry {
  return {
    pointerNonStreaming: entry.pointer ?? entry.pointer_nonstreaming ?? '',
    pointerStreaming: entry.pointer ?? entry.pointer_streaming ?? '',
    nanoPerUnit:
      entry.cost_per_unit === undefined
        ? scale(entry.cost_per_million ?? 0, 1e3)
        : scale(entry.cost_per_unit, 1e9),
    required: entry.required,
  }
}

/** Multiplies a decimal without the noise of binary fractions: 0.1 × 10⁹ is 10⁸ and no more. */
function scale(decimal: number, factor: number): number {
  return Number((decimal * factor).toPrecision(15))
}

/** For plain data only: tables, lists and values. */
function deepFreeze<Value>(value: Value): Value {
  if (typeof value !== 'object' || value === null) return value
  for (const inner of Object.values(value)) deepFreeze(inner)
  return Object.freeze(value)
}
