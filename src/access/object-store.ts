import { randomUUID } from 'node:crypto'
import { chmod, mkdir, readFile, rename, stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { GatewayError } from '../domain/errors.ts'
import { readAll } from '../lib/body.ts'
import type { JsonObject } from '../lib/json.ts'
import { type Flight, type Transport, TransportError } from '../lib/transport.ts'
import type { AwsSigner } from './aws.ts'

/** Where files of requests are kept, by a path with slashes. */
export interface ObjectStore {
  /** How TensorZero writes it down beside each path. */
  readonly kind: JsonObject
  /** Goes before every path; '' for none. */
  readonly prefix: string
  put(path: string, bytes: Buffer, contentType: string): Promise<void>
  /** Throws `not_found`. */
  get(path: string): Promise<Buffer>
}

const MOST_BYTES = 100 * 1024 * 1024
const MOST_MS = 60_000

/** Nothing is kept, but each file has its path all the same. */
export function noStore(): ObjectStore {
  return {
    kind: { type: 'disabled' },
    prefix: '',
    put: () => Promise.resolve(),
    get: (path) => Promise.reject(gone(path)),
  }
}

/** Below a directory of this machine. */
export function filesystemStore(root: string): ObjectStore {
  return {
    kind: { type: 'filesystem', path: root },
    prefix: '',
    async put(path, bytes) {
      const place = join(root, path)
      await mkdir(dirname(place), { recursive: true, mode: 0o700 })
      // Whoever reads it finds all of it or nothing.
      const draft = `${place}.${randomUUID()}.part`
      await writeFile(draft, bytes)
      await chmod(draft, 0o600)
      await rename(draft, place)
    },
    async get(path) {
      const place = join(root, path)
      try {
        const { size } = await stat(place)
        if (size > MOST_BYTES) throw tooLarge(path)
        return await readFile(place)
      } catch (thrown) {
        throw thrown instanceof GatewayError ? thrown : gone(path, thrown)
      }
    },
  }
}

export interface S3Settings {
  readonly bucketName: string | null
  readonly region: string | null
  readonly endpoint: string | null
  readonly allowHttp: boolean
  readonly prefix: string
  /** Null: as AWS's own library finds them. */
  readonly keys: { readonly id: string; readonly secret: string } | null
}

/** A bucket of Amazon S3, or of whoever speaks its API. */
export function s3Store(
  settings: S3Settings,
  by: { readonly transport: Transport; readonly signer: AwsSigner },
): ObjectStore {
  const { bucketName: bucket, region, endpoint, allowHttp, prefix, keys } = settings
  const base = endpoint ?? `https://${bucket}.s3.${region ?? 'us-east-1'}.amazonaws.com/`
  const root = endpoint === null ? base : `${endpoint.replace(/\/+$/, '')}/${bucket}/`
  const account = {
    service: 's3',
    apiKey: null,
    settings: {
      region: region ?? 'us-east-1',
      ...(keys && { access_key_id: keys.id, secret_access_key: keys.secret }),
    },
  } as const
  const send = async (method: 'GET' | 'PUT', path: string, body: Buffer, contentType: string) => {
    const url = new URL(root + path)
    if (url.protocol === 'http:' && !allowHttp) throw withoutTls(endpoint)
    const request = { method, url, headers: { 'content-type': contentType }, body }
    const headers = await by.signer.headers(request, account)
    const sent = method === 'GET' ? null : body
    const flight = by.transport.send({ ...request, headers, body: sent, pool: 'object storage' })
    const { response, bytes } = await wholeAnswer(flight, path)
    if (response.status === 404) throw gone(path)
    if (response.status >= 200 && response.status < 300) return bytes
    const said = /<Message>([^<]*)<\/Message>/.exec(bytes.toString('utf8'))?.[1] ?? ''
    throw new GatewayError('upstream_failed', `Object storage said ${response.status}: ${said}`)
  }
  return {
    kind: {
      type: 's3_compatible',
      bucket_name: bucket,
      region,
      endpoint,
      allow_http: allowHttp,
      ...(prefix !== '' && { prefix }),
    },
    prefix,
    async put(path, bytes, contentType) {
      await send('PUT', path, bytes, contentType)
    },
    get: (path) => send('GET', path, Buffer.alloc(0), 'application/octet-stream'),
  }
}

async function wholeAnswer(flight: Flight, path: string) {
  const timer = setTimeout(() => flight.abort(late()), MOST_MS)
  try {
    const response = await flight.response
    return { response, bytes: await readAll(response.body, MOST_BYTES, () => tooLarge(path)) }
  } catch (thrown) {
    if (!(thrown instanceof TransportError)) throw thrown
    const message = `The object storage could not be reached: ${thrown.message}.`
    throw new GatewayError('upstream_connect', message, { cause: thrown })
  } finally {
    clearTimeout(timer)
  }
}

function late(): GatewayError {
  const message = `The object storage did not answer within ${MOST_MS / 1000} s.`
  return new GatewayError('upstream_timeout', message)
}

function withoutTls(endpoint: string | null): GatewayError {
  const message = `The object storage at ${endpoint} has no TLS: set \`object_storage.allow_http\` to true if that is meant.`
  return new GatewayError('unsupported', message)
}

function gone(path: string, cause?: unknown): GatewayError {
  return new GatewayError('not_found', `There is no file \`${path}\` in the object storage.`, {
    cause,
  })
}

function tooLarge(path: string): GatewayError {
  return new GatewayError('upstream_bad_response', `The file \`${path}\` is too large.`)
}
