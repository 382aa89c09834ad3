import { z } from 'zod'
import { GatewayError } from '../../../domain/errors.ts'
import type { Ask } from '../../../engine/ask.ts'
import type { RawRequest } from '../../../http/route.ts'
import { asString, type JsonObject } from '../../../lib/json.ts'
import type { App } from '../../app.ts'
import { baseAsk, readBody } from '../../read-body.ts'
import { gateError } from '../request.ts'

/** What is the same for all requests of one operation. */
export interface Facts extends Pick<Ask, 'dialect' | 'operation' | 'wire'> {
  /** What must be right before the provider judges the rest. */
  readonly gate: z.ZodType
  /** Whether a request asks for events. */
  readonly streams: (json: JsonObject) => boolean
}

/**
 * Reads a request that has no nouns: it goes to providers of the same format alone, and what they
 * answer goes back as it is, whatever the model was called.
 */
export function readPlainRequest(request: RawRequest, app: App, facts: Facts): Ask {
  const { gate, streams, ...names } = facts
  const json = readBody(request)
  const model = modelOf(json, app)
  const checked = gate.safeParse(json)
  if (!checked.success) throw gateError(checked.error)
  const stream = streams(json)
  const wantsUsage = !stream || wantsUsageOf(json)
  const read = { ...names, model, json, stream, wantsUsage, encodeFor: () => null }
  return { ...baseAsk(request, read), relay: true }
}

/** Some operations need no model at their home; here it says which provider is meant. */
export function modelOf(json: JsonObject, app: App): string {
  const model = asString(json['model']) ?? ''
  if (model !== '') return model
  const names = app.engine.config().modelNames.slice(0, MOST_NAMED)
  const known = names.map((name) => `\`${name}\``).join(', ')
  const hint = known === '' ? 'None is configured yet.' : `Configured here: ${known}.`
  const message = `\`model\` is missing: it says which provider is to answer. ${hint}`
  throw new GatewayError('invalid_request', message, { param: 'model' })
}

const MOST_NAMED = 20

const StreamOptions = z.looseObject({ include_usage: z.literal(true) })

function wantsUsageOf(json: JsonObject): boolean {
  return StreamOptions.safeParse(json['stream_options']).success
}
