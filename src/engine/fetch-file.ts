import { isIP } from 'node:net'
import { GatewayError } from '../domain/errors.ts'
import { readAll } from '../lib/body.ts'
import { isPublic, NotPublicError, publicLookup } from '../lib/public-address.ts'
import { type Flight, headerOf, TransportError } from '../lib/transport.ts'
import type { Engine } from './engine.ts'

const MOST_BYTES = 10 * 1024 * 1024
const MOST_MS = 5000
/** So much of a server's own words is told. */
const MOST_TOLD_CHARS = 300

interface FetchedFile {
  readonly bytes: Buffer
  /** As the server says; null where it says nothing of use. */
  readonly mimeType: string | null
}

type Fetching = Pick<Engine, 'config' | 'transport' | 'deadlines' | 'userAgent'>

/**
 * Downloads a file that a client names: over http or https, from the public internet or from where
 * the settings allow it, without following anybody elsewhere. Throws `GatewayError`.
 */
export async function fetchFile(engine: Fetching, address: string): Promise<FetchedFile> {
  const url = new URL(address)
  if (!/^https?:$/.test(url.protocol)) {
    throw failure(url, 'only http and https addresses can be downloaded.')
  }
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1')
  const trusted = engine.config().gateway.fetchFilesFrom.includes(host)
  // What is an address already is not looked up.
  if (!trusted && isIP(host) !== 0 && !isPublic(host)) throw notPublic(url)
  const flight = engine.transport.send({
    method: 'GET',
    url,
    headers: { accept: '*/*', 'accept-encoding': 'identity', 'user-agent': engine.userAgent },
    body: null,
    pool: trusted ? 'files nearby' : 'files',
    ...(!trusted && { lookup: publicLookup }),
  })
  const expire = () => flight.abort(failure(url, `it took longer than ${MOST_MS} ms.`))
  const arrival = engine.deadlines.during(MOST_MS, expire, received(url, flight))
  return arrival.then(undefined, (thrown: unknown) => {
    throw whyNot(url, thrown)
  })
}

async function received(url: URL, flight: Flight): Promise<FetchedFile> {
  const { status, headers, body } = await flight.response
  const tooLarge = () => failure(url, `it is larger than ${MOST_BYTES} bytes.`)
  const bytes = await readAll(body, MOST_BYTES, tooLarge)
  if (status !== 200) {
    const told = bytes.toString('utf8').slice(0, MOST_TOLD_CHARS).trim()
    throw failure(url, `the server said ${status}${told === '' ? '.' : `: ${told}`}`)
  }
  const type = headerOf(headers, 'content-type')?.split(';')[0]?.trim().toLowerCase() ?? ''
  const says = /^[\w.+-]+\/[\w.+-]+$/.test(type) && type !== 'application/octet-stream'
  return { bytes, mimeType: says ? type : null }
}

function whyNot(url: URL, thrown: unknown): GatewayError {
  if (!(thrown instanceof TransportError)) return GatewayError.from(thrown)
  if (thrown.cause instanceof NotPublicError) return notPublic(url)
  return failure(url, 'the server could not be reached, or broke off.', thrown)
}

function notPublic(url: URL): GatewayError {
  const why = `${url.hostname} is not on the public internet. If it is meant, name it in \`gateway.fetch_files_from\`.`
  return failure(url, why)
}

/** Without the query: it may be what gives access. */
function failure({ origin, pathname }: URL, why: string, cause?: unknown): GatewayError {
  const place = `${origin === 'null' ? '' : origin}${pathname}`
  return new GatewayError('invalid_request', `Error fetching file from ${place}: ${why}`, {
    param: 'input',
    cause,
  })
}
