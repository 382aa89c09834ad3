import type { AttemptRecord, InferenceRecord } from '../../src/domain/record.ts'
import { sizeAround } from './words.ts'

/** What is random about a request, beside its texts. */
export interface Facts {
  readonly id: string
  readonly episodeId: string
  readonly startedAt: number
  readonly functionName: string
  readonly variantName: string
  readonly model: string
  readonly provider: string
  readonly failed: boolean
  readonly endedUs: number
  readonly ttftUs: number | null
  readonly tags: Readonly<Record<string, string>>
  readonly inputTokens: number
  readonly outputTokens: number
}

const FUNCTIONS = 20
const VARIANTS = 3
const MODELS = 12
const PROVIDERS = ['acme', 'globex', 'initech', 'umbrella']
const USERS = 5000

/** 20 functions of three variants, over 12 models: 60 sorts of requests, some much more used. */
export function facts(startedAt: number, random: () => number): Facts {
  const fn = Math.floor(FUNCTIONS * random() ** 2)
  const variant = Math.floor(VARIANTS * random())
  const model = (fn * VARIANTS + variant) % MODELS
  const endedUs = sizeAround(30_000, 0.7, random) * 60
  return {
    id: idAt(startedAt, random() * 2 ** 40),
    episodeId: idAt(startedAt, random() * 2 ** 40),
    startedAt,
    functionName: `function_${fn}`,
    variantName: `variant_${variant}`,
    model: `model-${model}`,
    provider: PROVIDERS[model % PROVIDERS.length] ?? '',
    failed: random() < 0.02,
    endedUs,
    ttftUs: random() < 0.5 ? Math.round(endedUs / 5) : null,
    tags: tagsOf(random),
    inputTokens: sizeAround(800, 0.96, random),
    outputTokens: sizeAround(300, 0.8, random),
  }
}

function tagsOf(random: () => number): Record<string, string> {
  const one = (count: number) => Math.floor(count * random()).toFixed(0)
  return {
    user_id: `user_${one(USERS)}`,
    team: `team_${one(40)}`,
    env: random() < 0.9 ? 'production' : 'staging',
    ...(random() < 0.5 && { feature: `feature_${one(30)}` }),
    ...(random() < 0.3 && { release: `v${one(50)}` }),
  }
}

/** A UUIDv7 of that time. */
export function idAt(ms: number, number: number): string {
  const time = ms.toString(16).padStart(12, '0')
  const low = Math.floor(number * 64)
  const rest = low.toString(16).padStart(12, '0').slice(-12)
  const middle = (Math.floor(low / 2 ** 48) % 4096).toString(16).padStart(3, '0')
  return `${time.slice(0, 8)}-${time.slice(8)}-7${middle}-8000-${rest}`
}

/** A record without its texts, as the database keeps it. */
export function bareRecord(of: Facts): InferenceRecord {
  const costNano = of.inputTokens * 150 + of.outputTokens * 600
  const usage = {
    input: of.inputTokens,
    cacheRead: 0,
    cacheWrite: null,
    cacheWrite1h: null,
    audioInput: null,
    imageInput: null,
    output: of.outputTokens,
    reasoning: 0,
    audioOutput: null,
  }
  return {
    ...of,
    dialect: 'openai.chat',
    requestedModel: of.model,
    stream: of.ttftUs !== null,
    outcome: of.failed ? 'upstream_error' : 'ok',
    status: of.failed ? 502 : 200,
    error: of.failed ? 'upstream_unavailable' : null,
    errorMessage: of.failed ? 'The provider answered 503.' : null,
    latencyUs: of.endedUs + 400,
    overheadUs: 400,
    finish: 'stop',
    usage,
    costNano,
    warnings: [],
    configHash: 'c0ffee',
    attempts: [bareAttempt(of, usage, costNano)],
    input: [],
    tools: null,
    params: null,
    output: [],
    rawRequest: '',
    inputPreview: 'What would be the best way to tell a person that their order has been sent to',
    outputPreview:
      'You could write to them in a few friendly words that the order is on its way and',
  }
}

function bareAttempt(of: Facts, usage: AttemptRecord['usage'], costNano: number): AttemptRecord {
  return {
    id: of.id,
    number: 1,
    reason: 'first',
    provider: of.provider,
    providerType: of.provider,
    model: of.model,
    variant: of.variantName,
    upstreamModel: of.model,
    url: `https://${of.provider}.example/v1/chat/completions`,
    status: of.failed ? 503 : 200,
    error: of.failed ? 'upstream_unavailable' : null,
    errorMessage: null,
    startedUs: 300,
    headUs: of.ttftUs ?? of.endedUs - 100,
    ttftUs: of.ttftUs,
    endedUs: of.endedUs,
    bytesOut: 4000,
    bytesIn: 2000,
    reusedSocket: true,
    staleRetry: false,
    mayHaveBeenBilled: false,
    usage,
    usageSource: 'provider',
    costNano,
    costSource: 'table',
    finish: 'stop',
    finishRaw: 'stop',
    rawRequest: '',
    rawResponse: '',
  }
}
