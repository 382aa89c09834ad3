import { GatewayError } from '../../../domain/errors.ts'
import type { Ask } from '../../../engine/ask.ts'
import type { RawRequest } from '../../../http/route.ts'
import { type Json, type JsonObject, parseJson } from '../../../lib/json.ts'
import type { App } from '../../app.ts'
import { baseAsk } from '../../read-body.ts'
import { findFields, type FormField, withFields } from './form.ts'
import { modelOf } from './reading.ts'

const OURS = 'tensorzero::'

/**
 * Reads a form with a file in it. The file is never touched: of the form's bytes only the model's
 * name changes. The record keeps the form's fields, and of a file what it is.
 */
export function readFormRequest(
  request: RawRequest,
  app: App,
  facts: Pick<Ask, 'dialect' | 'operation' | 'wire'>,
): Ask {
  const { body, headers } = request
  const contentType = String(headers['content-type'] ?? '')
  if (!/^multipart\/form-data\b/i.test(contentType)) throw notAForm(contentType)
  const fields = findFields(body, contentType)
  const json = readFields(body, fields)
  const model = modelOf(json, app)
  const ask = baseAsk(request, {
    ...facts,
    model,
    json,
    stream: json['stream'] === 'true',
    wantsUsage: true,
    contentType,
    encodeFor: () => null,
  })
  return {
    ...ask,
    relay: true,
    body: Buffer.from(JSON.stringify(ask.json)),
    rename: (name) => withFields(body, fields, (field) => changed(field, name)),
    warnings: [...ask.warnings, ...cannotPatch(ask)],
  }
}

function changed({ name }: FormField, model: string): string | null | undefined {
  if (name.startsWith(OURS)) return null
  return name === 'model' ? model : undefined
}

function cannotPatch({ extraBody }: Ask): string[] {
  return extraBody.length > 0 ? [`\`${OURS}extra_body\` cannot change a form`] : []
}

function notAForm(type: string): GatewayError {
  const message = `This takes a form (multipart/form-data), not ${type === '' ? 'nothing' : type}.`
  return new GatewayError('unsupported_media_type', message)
}

/** The fields by name. One that stands several times is a list. */
function readFields(body: Buffer, fields: readonly FormField[]): JsonObject {
  const values = new Map<string, Json[]>()
  for (const field of fields) {
    const known = values.get(field.name) ?? []
    known.push(valueOf(body, field))
    values.set(field.name, known)
  }
  for (const name of ['model', 'stream']) {
    if ((values.get(name)?.length ?? 0) < 2) continue
    const message = `The form has \`${name}\` twice: keep one.`
    throw new GatewayError('invalid_request', message, { param: name })
  }
  const entries = [...values].map(([name, [first = null, ...more]]): [string, Json] => [
    name,
    more.length > 0 ? [first, ...more] : first,
  ])
  return Object.fromEntries(entries)
}

function valueOf(body: Buffer, { name, filename, contentType, start, end }: FormField): Json {
  if (filename !== undefined) {
    return { filename, content_type: contentType ?? null, bytes: end - start }
  }
  const text = body.toString('utf8', start, end)
  return name.startsWith(OURS) ? (parseJson(text) ?? text) : text
}
