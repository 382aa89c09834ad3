import { createHash, createHmac } from 'node:crypto'
import { expect, test } from 'vitest'
import { systemClock } from '../lib/clock.ts'
import { type AwsRequest, AwsSigner } from './aws.ts'

/** The identity, the day and the region of AWS's published test suite for Signature Version 4. */
const KEYS = {
  access_key_id: 'AKIDEXAMPLE',
  secret_access_key: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
}
const AT = '20150830T123600Z'
const REGION = 'us-east-1'
const clock = { ...systemClock, now: () => Date.UTC(2015, 7, 30, 12, 36) }

interface Signing {
  readonly method: string
  readonly path: string
  readonly query: string
  /** In small letters; all of them are signed. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  readonly service: string
}

/** The signature by the letter of AWS's manual, "Create a signed AWS API request". */
function signatureOf({ method, path, query, headers, body, service }: Signing): string {
  const names = Object.keys(headers).toSorted()
  const lines = names.map((name) => `${name}:${headers[name]?.trim()}\n`).join('')
  const canonical = [method, path, query, lines, names.join(';'), sha256(body)].join('\n')
  const day = AT.slice(0, 8)
  const scope = `${day}/${REGION}/${service}/aws4_request`
  const text = ['AWS4-HMAC-SHA256', AT, scope, sha256(canonical)].join('\n')
  const key = [day, REGION, service, 'aws4_request'].reduce<string | Buffer>(
    hmac,
    `AWS4${KEYS.secret_access_key}`,
  )
  return hmac(key, text).toString('hex')
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest()
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

const PLAIN = { host: 'example.amazonaws.com', 'x-amz-date': AT }
const VANILLA = { path: '/', query: '', headers: PLAIN, body: '', service: 'service' }

test.each([
  [
    'get-vanilla',
    { method: 'GET' },
    '5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31',
  ],
  [
    'post-vanilla',
    { method: 'POST' },
    '5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b',
  ],
  [
    'get-vanilla-query-order-key-case',
    { method: 'GET', query: 'Param1=value1&Param2=value2' },
    'b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500',
  ],
  [
    'post-x-www-form-urlencoded',
    {
      method: 'POST',
      headers: { ...PLAIN, 'content-type': 'application/x-www-form-urlencoded' },
      body: 'Param1=value1',
    },
    'ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a',
  ],
])('the measure itself gives the published signature of %s', (_, changes, published) => {
  expect(signatureOf({ ...VANILLA, ...changes })).toBe(published)
})

function request(changes: { url?: string; headers?: AwsRequest['headers']; body?: string } = {}) {
  return {
    method: 'POST',
    url: new URL(changes.url ?? 'https://bedrock-runtime.us-east-1.amazonaws.com/model/m/converse'),
    headers: { 'user-agent': 'Weir/test', ...changes.headers },
    body: Buffer.from(changes.body ?? ''),
  }
}

const AUTHORIZATION =
  /^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/20150830\/us-east-1\/(\w+)\/aws4_request, SignedHeaders=([^,]+), Signature=([0-9a-f]{64})$/

test.each([
  ['a Converse request', 'bedrock', request({ body: '{"messages":[]}' })],
  [
    'a name with a colon, which the signature escapes once more',
    'bedrock',
    request({
      url: 'https://bedrock-runtime.us-east-1.amazonaws.com/model/a.claude-v1%3A0/converse',
    }),
  ],
  [
    'letters beyond ASCII in the body, and a port',
    'sagemaker',
    request({ url: 'http://localhost:4566/endpoints/e/invocations', body: '{"a":"Grüße, 日本"}' }),
  ],
] as const)('%s is signed as the manual says', async (_, service, sent) => {
  const settings = { ...KEYS, region: REGION }
  const signer = new AwsSigner({}, clock)
  const added = await signer.headers(sent, { service, settings, apiKey: null })
  const [, forService, names = '', signature] =
    AUTHORIZATION.exec(added['authorization'] ?? '') ?? []
  expect(forService).toBe(service)
  expect(added['x-amz-date']).toBe(AT)
  expect(added['x-amz-content-sha256']).toBe(sha256(sent.body.toString()))
  const known: Record<string, string> = { ...added, host: sent.url.host }
  const headers = Object.fromEntries(names.split(';').map((name) => [name, known[name] ?? '']))
  expect(names).toBe('content-type;host;x-amz-content-sha256;x-amz-date')
  const path = sent.url.pathname.replaceAll('%', '%25')
  const { method } = sent
  const body = sent.body.toString()
  expect(signature).toBe(signatureOf({ method, path, query: '', headers, body, service }))
})

test('a session’s token is signed with the rest', async () => {
  const settings = { ...KEYS, session_token: 'token', region: REGION }
  const signer = new AwsSigner({}, clock)
  const added = await signer.headers(request(), { service: 'bedrock', settings, apiKey: null })
  expect(added['x-amz-security-token']).toBe('token')
  expect(added['authorization']).toContain(';x-amz-security-token,')
})

test.each([
  ['https://bedrock-runtime.eu-central-1.amazonaws.com/', {}, 'eu-central-1'],
  ['https://bedrock-runtime.us-gov-west-1.amazonaws.com/', { region: 'sdk' }, 'us-gov-west-1'],
  ['https://bedrock-runtime.eu-central-1.amazonaws.com/', { region: 'us-west-2' }, 'us-west-2'],
  ['http://localhost/', {}, 'us-east-1'],
])('the region of %s with %j is %s', async (url, more, region) => {
  const account = { service: 'bedrock', settings: { ...KEYS, ...more }, apiKey: null } as const
  const added = await new AwsSigner({}, clock).headers(request({ url }), account)
  expect(added['authorization']).toContain(`/20150830/${region}/bedrock/`)
})

test('an API key is shown, not used to sign', async () => {
  const env = { AWS_BEARER_TOKEN_BEDROCK: 'from-env' }
  const signer = new AwsSigner(env, clock)
  const account = { service: 'bedrock', settings: {}, apiKey: null } as const
  const bearer = async (more: object) =>
    (await signer.headers(request(), { ...account, ...more }))['authorization']
  expect(await bearer({ apiKey: 'own' })).toBe('Bearer own')
  expect(await bearer({})).toBe('Bearer from-env')
  expect(await bearer({ settings: KEYS })).toMatch(/^AWS4-HMAC-SHA256 /)
})
