import { type Ask, NO_WISHES } from '../engine/ask.ts'
import type { RawRequest } from '../http/route.ts'
import { asObject, asString, type JsonObject, parseJson } from '../lib/json.ts'
import type { Dialect } from './dialect.ts'
import { redacted } from './redacted.ts'

const JSON_BODY = /\bjson\b/i
const MOST_READ_AGAIN = 1_000_000
const LONGEST_NAME = 200

/** A request that its dialect cannot read, as an ask: so it is recorded like any other. */
export function refusedAsk({ name, asked = modelIn }: Dialect, request: RawRequest): Ask {
  const { body, headers, client } = request
  const json = body.length > MOST_READ_AGAIN ? null : asObject(parseJson(body.toString('utf8')))
  const type = headers['content-type']
  const isForm = typeof type === 'string' && !JSON_BODY.test(type)
  const model = asked(json ?? {}, request).slice(0, LONGEST_NAME)
  return {
    dialect: name,
    operation: 'chat',
    wire: null,
    requestedModel: model,
    model,
    relay: false,
    stream: json?.['stream'] === true,
    wantsUsage: false,
    body: withoutSecrets(body, json ?? null),
    ...(isForm && { contentType: type }),
    json: {},
    verbatim: false,
    encodeFor: () => null,
    ...NO_WISHES,
    dryrun: json?.['dryrun'] === true || json?.['tensorzero::dryrun'] === true,
    gone: client.gone,
  }
}

function modelIn(json: JsonObject): string {
  return asString(json['model']) ?? ''
}

const SECRETS = ['credentials', 'tensorzero::credentials']

/** The record keeps what was sent, but no key of anybody's: where keys may stand unread, nothing. */
function withoutSecrets(body: Buffer, json: JsonObject | null): Buffer {
  if (!SECRETS.some((key) => body.includes(key))) return body
  if (!json) return Buffer.alloc(0)
  return redacted(json, ...SECRETS)
}
