import { MODELS } from './contenders.ts'
import type { Job } from './job.ts'

export interface Phase {
  readonly name: string
  readonly model: string
  readonly stream: boolean
  /** What CPU time is divided by: requests, or chunks of this many a request. */
  readonly unit: 'request' | 'chunk'
  readonly unitsPerRequest: number
  /** `saturated` is what the contender managed in this round's first phase, a second. */
  pace(saturated: number): Job['pace']
}

/** Times and counts of one round; warm-up goes by count, so that every contender is as warm. */
export interface Effort {
  readonly warmRequests: number
  readonly warmStreams: number
  readonly requests: number
  readonly streams: number
  readonly seconds: number
}

export const FULL: Effort = {
  warmRequests: 10_000,
  warmStreams: 300,
  requests: 8_000,
  streams: 400,
  seconds: 2,
}
export const QUICK: Effort = {
  warmRequests: 3_000,
  warmStreams: 100,
  requests: 2_000,
  streams: 150,
  seconds: 1,
}

/** Above this the load generator and the mock would be what is measured. */
const MAX_RATE = 4_000
const CONNECTIONS = 64
const STREAMS_AT_ONCE = 16

const JSON_ANSWER = {
  model: MODELS.json,
  stream: false,
  unit: 'request',
  unitsPerRequest: 1,
} as const
const BURST = { model: MODELS.burst, stream: true, unit: 'chunk', unitsPerRequest: 100 } as const
const PACED = { model: MODELS.paced, stream: true, unit: 'chunk', unitsPerRequest: 20 } as const

export function makeWarmUp({ warmRequests, warmStreams }: Effort): Phase[] {
  return [
    { name: 'warm_json', ...JSON_ANSWER, pace: () => closed(CONNECTIONS, warmRequests) },
    { name: 'warm_burst', ...BURST, pace: () => closed(STREAMS_AT_ONCE, warmStreams) },
    { name: 'warm_paced', ...PACED, pace: () => closed(STREAMS_AT_ONCE, warmStreams / 3) },
  ]
}

/** The first gives the rate of the second. */
export function makePhases({ requests, streams, seconds }: Effort): Phase[] {
  const half = (saturated: number) => open(Math.min(MAX_RATE, saturated / 2), seconds)
  return [
    { name: 'json_saturation', ...JSON_ANSWER, pace: () => closed(CONNECTIONS, requests) },
    { name: 'json_half', ...JSON_ANSWER, pace: half },
    { name: 'json_500', ...JSON_ANSWER, pace: () => open(500, seconds) },
    { name: 'stream_burst', ...BURST, pace: () => closed(STREAMS_AT_ONCE, streams) },
    { name: 'stream_paced', ...PACED, pace: () => open(50, 2 * seconds) },
  ]
}

function closed(connections: number, requests: number): Job['pace'] {
  return { type: 'closed', connections, requests: Math.ceil(requests) }
}

function open(ratePerSecond: number, seconds: number): Job['pace'] {
  return { type: 'open', ratePerSecond, requests: Math.ceil(ratePerSecond * seconds) }
}
