import { createHash, createHmac } from 'node:crypto'
import { createServer, type IncomingMessage } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'

/** A small S3 that keeps objects in memory and refuses every request that is not signed rightly. */
export interface S3 extends AsyncDisposable {
  readonly url: string
  readonly objects: ReadonlyMap<string, Buffer>
  readonly refused: readonly string[]
}

export interface S3Account {
  readonly id: string
  readonly secret: string
  readonly region: string
}

export async function startS3(account: S3Account): Promise<S3> {
  const objects = new Map<string, Buffer>()
  const refused: string[] = []
  const server = createServer((request, response) => {
    void request.toArray().then((pieces) => {
      const body = Buffer.concat(pieces)
      const wrong = faultOf(request, body, account)
      const path = request.url ?? ''
      const found = objects.get(path)
      if (wrong !== null) {
        refused.push(wrong)
        const code = '<Error><Code>SignatureDoesNotMatch</Code>'
        response.writeHead(403).end(`${code}<Message>${wrong}</Message></Error>`)
      } else if (request.method === 'PUT') {
        objects.set(path, body)
        response.writeHead(200, { etag: '"x"' }).end()
      } else if (found) response.writeHead(200).end(found)
      else response.writeHead(404).end('<Error><Code>NoSuchKey</Code></Error>')
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    objects,
    refused,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

/**
 * What is wrong with a request's signature; null: nothing. Source: AWS, "Authenticating Requests:
 * Using the Authorization Header (AWS Signature Version 4)".
 */
function faultOf(request: IncomingMessage, body: Buffer, account: S3Account): string | null {
  const { headers, method = '', url = '' } = request
  const given =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/s3\/aws4_request, SignedHeaders=([^,]+), Signature=([0-9a-f]{64})$/.exec(
      headers.authorization ?? '',
    )
  if (!given) return 'no signature'
  const [, id, day = '', region = '', names = '', signature] = given
  if (id !== account.id) return 'another key'
  if (region !== account.region) return 'another region'
  const hash = sha256(body)
  if (headers['x-amz-content-sha256'] !== hash) return 'another body'
  const canonical = [
    method,
    url,
    '',
    ...names.split(';').map((name) => `${name}:${String(headers[name]).trim()}`),
    '',
    names,
    hash,
  ].join('\n')
  const scope = `${day}/${region}/s3/aws4_request`
  const text = ['AWS4-HMAC-SHA256', headers['x-amz-date'], scope, sha256(canonical)].join('\n')
  const key = ['s3', 'aws4_request'].reduce(hmac, hmac(hmac(`AWS4${account.secret}`, day), region))
  return hmac(key, text).toString('hex') === signature ? null : 'another signature'
}

function sha256(data: string | Buffer): string {
  return createHash('sha256').update(data).digest('hex')
}

function hmac(key: string | Buffer, data: string): Buffer {
  return createHmac('sha256', key).update(data).digest()
}
