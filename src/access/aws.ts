import { GatewayError } from '../domain/errors.ts'
import type { Clock } from '../lib/clock.ts'

export interface AwsRequest {
  readonly method: string
  readonly url: URL
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
}

export interface AwsAccount {
  readonly service: 'bedrock' | 'sagemaker' | 's3'
  /** `region`, `access_key_id`, `secret_access_key`, `session_token`, where the configuration gives them. */
  readonly settings: Readonly<Record<string, string>>
  /** A Bedrock API key: then nothing is signed. */
  readonly apiKey: string | null
}

type Env = Readonly<Record<string, string | undefined>>
interface Identity {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string
}
type Credentials = () => Promise<Identity>

/** Signs requests with AWS Signature Version 4, or shows a Bedrock API key. */
export class AwsSigner {
  readonly #env: Env
  readonly #clock: Clock
  #chain: Promise<Credentials> | undefined

  constructor(env: Env, clock: Clock) {
    this.#env = env
    this.#clock = clock
  }

  /** The headers to add. Rejects with `upstream_credential` when nobody says who we are. */
  async headers(request: AwsRequest, account: AwsAccount): Promise<Record<string, string>> {
    const { settings, service } = account
    const own = settings['access_key_id'] !== undefined || service === 's3'
    const bearer = account.apiKey ?? (own ? undefined : this.#env['AWS_BEARER_TOKEN_BEDROCK'])
    if (bearer) return { authorization: `Bearer ${bearer}` }
    const credentials = await this.#credentials(settings)
    const [{ SignatureV4 }, { Sha256 }] = await Promise.all([
      import('@smithy/signature-v4'),
      import('@aws-crypto/sha256-js'),
    ])
    const signer = new SignatureV4({
      credentials,
      region: regionOf(request.url, settings),
      service,
      sha256: Sha256,
      // S3 alone takes a path as it is written.
      uriEscapePath: service !== 's3',
    })
    const toSign = {
      method: request.method,
      protocol: request.url.protocol,
      hostname: request.url.hostname,
      path: request.url.pathname,
      query: Object.fromEntries(request.url.searchParams),
      // What stands between us and AWS may change these: they stay unsigned.
      headers: {
        host: request.url.host,
        'content-type': request.headers['content-type'] ?? 'application/json',
      },
      body: request.body,
    }
    const signed = await signer.sign(toSign, { signingDate: new Date(this.#clock.now()) })
    const { host: _host, ...headers } = signed.headers
    return headers
  }

  async #credentials(settings: Readonly<Record<string, string>>): Promise<Identity> {
    const accessKeyId = settings['access_key_id']
    const secretAccessKey = settings['secret_access_key']
    const sessionToken = settings['session_token']
    if (accessKeyId !== undefined && secretAccessKey !== undefined) {
      return { accessKeyId, secretAccessKey, ...(sessionToken !== undefined && { sessionToken }) }
    }
    this.#chain ??= import('@aws-sdk/credential-provider-node').then(({ defaultProvider }) =>
      defaultProvider(),
    )
    try {
      return await (
        await this.#chain
      )()
    } catch (cause) {
      throw new GatewayError(
        'upstream_credential',
        'AWS credentials were not found: set AWS_BEARER_TOKEN_BEDROCK, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or give the machine a role.',
        { cause },
      )
    }
  }
}

/** AWS's own hosts name their region; for another endpoint the configuration must. */
function regionOf(url: URL, settings: Readonly<Record<string, string>>): string {
  const configured = settings['region']
  if (configured !== undefined && configured !== 'sdk') return configured
  return /\.([a-z]{2}(?:-[a-z]+)+-\d)\.amazonaws\./.exec(url.hostname)?.[1] ?? 'us-east-1'
}
