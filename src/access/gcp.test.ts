import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { GatewayError } from '../domain/errors.ts'
import { GcpSigner } from './gcp.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'weir-gcp-'))
  // Nothing of the machine's own must be found.
  vi.stubEnv('HOME', folder)
  vi.stubEnv('GOOGLE_APPLICATION_CREDENTIALS', undefined)
})
afterEach(() => {
  vi.unstubAllEnvs()
  rmSync(folder, { recursive: true, force: true })
})

interface Asked {
  readonly path: string
  readonly body: string
  readonly flavor: IncomingMessage['headers'][string]
}

/** A server that gives tokens by number, each for so many seconds. */
async function tokenServer(seconds: number, status = 200) {
  const asked: Asked[] = []
  const server = createServer((request, response) => {
    void request.toArray().then((pieces) => {
      const body = Buffer.concat(pieces).toString()
      asked.push({ path: request.url ?? '', body, flavor: request.headers['metadata-flavor'] })
      response.writeHead(status, {
        'content-type': 'application/json',
        'metadata-flavor': 'Google',
      })
      const token = { access_token: `token-${asked.length}`, expires_in: seconds }
      const failure = { error: 'invalid_grant', error_description: 'Who are you?' }
      const issued = 'urn:ietf:params:oauth:token-type:access_token'
      const told = { token_type: 'Bearer', issued_token_type: issued }
      response.end(JSON.stringify(status === 200 ? { ...token, ...told } : failure))
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    asked,
    host: `127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

/** A workload outside Google, which shows a token of its own to get one of Google's. */
function workload(host: string): string {
  const file = join(folder, 'subject')
  writeFileSync(file, 'my-own-token')
  return JSON.stringify({
    type: 'external_account',
    audience:
      '//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/a/providers/b',
    subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
    token_url: `http://${host}/v1/token`,
    credential_source: { file },
  })
}

test('a token is fetched once, and used while it lives', async () => {
  await using server = await tokenServer(3600)
  const signer = new GcpSigner()
  const account = { credential: workload(server.host), fromRequest: false }
  for (let time = 0; time < 3; time++) {
    expect(await signer.headers(account)).toEqual({ authorization: 'Bearer token-1' })
  }
  expect(server.asked).toHaveLength(1)
  expect(server.asked[0]?.path).toBe('/v1/token')
  const sent = new URLSearchParams(server.asked[0]?.body)
  expect(sent.get('subject_token')).toBe('my-own-token')
  expect(sent.get('scope')).toBe('https://www.googleapis.com/auth/cloud-platform')
})

test('a token is fetched anew before it expires', async () => {
  await using server = await tokenServer(1)
  const signer = new GcpSigner()
  const account = { credential: workload(server.host), fromRequest: false }
  expect(await signer.headers(account)).toEqual({ authorization: 'Bearer token-1' })
  expect(await signer.headers(account)).toEqual({ authorization: 'Bearer token-2' })
})

test('a server that gives no token is an error that says why, and is asked again', async () => {
  await using server = await tokenServer(3600, 400)
  const signer = new GcpSigner()
  const account = { credential: workload(server.host), fromRequest: false }
  for (let time = 1; time <= 2; time++) {
    const error = await signer.headers(account).catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(GatewayError)
    expect(error).toMatchObject({ code: 'upstream_credential' })
    expect(String(error)).toContain('Who are you?')
    expect(server.asked).toHaveLength(time)
  }
})

test('without a credential the machine’s own account is asked', async () => {
  await using server = await tokenServer(3600)
  vi.stubEnv('GCE_METADATA_HOST', server.host)
  vi.stubEnv('METADATA_SERVER_DETECTION', 'assume-present')
  const headers = await new GcpSigner().headers({ credential: null, fromRequest: false })
  expect(headers['authorization']).toMatch(/^Bearer token-\d$/)
  const asked = server.asked.find(({ path }) => path.includes('/service-accounts/default/token'))
  expect(asked?.flavor).toBe('Google')
})

test('what is no JSON is told so', async () => {
  const headers = new GcpSigner().headers({ credential: 'AIza…', fromRequest: false })
  await expect(headers).rejects.toMatchObject({ code: 'upstream_credential' })
})

test('a client’s own credential neither reads our files nor asks a server of its choice', async () => {
  await using server = await tokenServer(3600)
  for (const credential of [workload(server.host), '{}', 'no JSON']) {
    const headers = new GcpSigner().headers({ credential, fromRequest: true })
    await expect(headers).rejects.toMatchObject({ code: 'invalid_request' })
  }
  expect(server.asked).toEqual([])
})
