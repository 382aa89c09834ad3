import { GatewayError } from '../../../domain/errors.ts'

/** One field of a multipart form, and where it stands in the form's bytes. */
export interface FormField {
  readonly name: string
  /** Of a file. */
  readonly filename?: string
  readonly contentType?: string
  /** Its value. */
  readonly start: number
  readonly end: number
  /** All of it, from its boundary to the next. */
  readonly from: number
  readonly to: number
}

const MOST_FIELDS = 200
const HEADERS_END = '\r\n\r\n'

/** Finds the fields of a form. Source: RFC 7578 and RFC 2046 §5.1. Throws `GatewayError`. */
export function findFields(body: Buffer, contentType: string): FormField[] {
  const boundary = `--${boundaryOf(contentType)}`
  const fields: FormField[] = []
  let from = body.indexOf(boundary)
  if (from < 0) throw broken('its boundary does not occur')
  while (!isLast(body, from + boundary.length)) {
    if (fields.length === MOST_FIELDS) throw broken(`it has more than ${MOST_FIELDS} fields`)
    const head = from + boundary.length
    const headEnd = body.indexOf(HEADERS_END, head)
    const start = headEnd + HEADERS_END.length
    const end = headEnd < 0 ? -1 : body.indexOf(`\r\n${boundary}`, headEnd + 2)
    if (end < 0) throw broken('it ends in the middle of a field')
    const to = end + 2
    const headers = body.toString('utf8', head, headEnd)
    fields.push({ ...describe(headers), start, end: Math.max(start, end), from, to })
    from = to
  }
  return fields
}

/** The form's bytes with new values for some of its fields; those that get null are left out. */
export function withFields(
  body: Buffer,
  fields: readonly FormField[],
  change: (field: FormField) => string | null | undefined,
): Buffer {
  const pieces: Buffer[] = []
  let at = 0
  for (const field of fields) {
    const value = change(field)
    if (value === undefined) continue
    const [cut, resume] = value === null ? [field.from, field.to] : [field.start, field.end]
    pieces.push(body.subarray(at, cut), Buffer.from(value ?? ''))
    at = resume
  }
  return Buffer.concat([...pieces, body.subarray(at)])
}

function boundaryOf(contentType: string): string {
  const [, quoted, bare] = /;\s*boundary=(?:"([^"]+)"|([^;\s]+))/i.exec(contentType) ?? []
  const boundary = quoted ?? bare
  if (boundary === undefined) throw broken('its content type names no boundary')
  return boundary
}

function isLast(body: Buffer, at: number): boolean {
  return body.toString('latin1', at, at + 2) === '--'
}

function describe(headers: string): Pick<FormField, 'name' | 'filename' | 'contentType'> {
  const disposition = headerIn(headers, 'content-disposition') ?? ''
  const filename = parameter(disposition, 'filename')
  const contentType = headerIn(headers, 'content-type')
  return {
    name: parameter(disposition, 'name') ?? '',
    ...(filename !== undefined && { filename }),
    ...(contentType !== undefined && { contentType }),
  }
}

function headerIn(headers: string, name: string): string | undefined {
  const line = headers.split('\r\n').find((each) => each.toLowerCase().startsWith(`${name}:`))
  return line?.slice(name.length + 1).trim()
}

function parameter(header: string, name: string): string | undefined {
  const pattern = new RegExp(`;\\s*${name}=(?:"((?:[^"\\\\]|\\\\.)*)"|([^;\\s]+))`, 'i')
  const [, quoted, bare] = pattern.exec(header) ?? []
  return quoted?.replaceAll(/\\(["\\])/g, '$1') ?? bare
}

function broken(why: string): GatewayError {
  return new GatewayError('invalid_request', `The multipart form cannot be read: ${why}.`)
}
