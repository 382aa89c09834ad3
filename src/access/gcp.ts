import type { AuthClient } from 'google-auth-library'
import { GatewayError } from '../domain/errors.ts'
import { asObject, parseJson } from '../lib/json.ts'

const SCOPE = 'https://www.googleapis.com/auth/cloud-platform'
/** Different keys in use at a time; the oldest goes. */
const MOST_KEPT = 100

export interface GcpAccount {
  /** A service account's JSON; null: the machine's own credentials. */
  readonly credential: string | null
  /** The client sent it: other kinds than service accounts name files to read and servers to ask. */
  readonly fromRequest: boolean
}

/** Gets Google Cloud access tokens. The library keeps each until shortly before it expires. */
export class GcpSigner {
  readonly #clients = new Map<string, Promise<AuthClient>>()

  /** The headers to add. Rejects with `upstream_credential` when there is no token to be had. */
  async headers({ credential, fromRequest }: GcpAccount): Promise<Record<string, string>> {
    if (fromRequest) refuseOtherThanServiceAccount(credential)
    const key = credential ?? ''
    const client = this.#clients.get(key) ?? clientOf(credential)
    this.#keep(key, client)
    try {
      const { token } = await (await client).getAccessToken()
      if (token) return { authorization: `Bearer ${token}` }
      throw new GatewayError('upstream_credential', 'Google gave no access token.')
    } catch (thrown) {
      this.#clients.delete(key)
      if (thrown instanceof GatewayError) throw thrown
      const why = thrown instanceof Error ? thrown.message : ''
      throw new GatewayError('upstream_credential', `Google gave no access token: ${why}`, {
        cause: thrown,
      })
    }
  }

  #keep(key: string, client: Promise<AuthClient>): void {
    this.#clients.delete(key)
    this.#clients.set(key, client)
    const [oldest] = this.#clients.keys()
    if (this.#clients.size > MOST_KEPT && oldest !== undefined) this.#clients.delete(oldest)
  }
}

function refuseOtherThanServiceAccount(credential: string | null): void {
  if (asObject(parseJson(credential ?? ''))?.['type'] === 'service_account') return
  throw new GatewayError(
    'invalid_request',
    "A Google Cloud credential in a request must be a service account's JSON.",
  )
}

async function clientOf(credential: string | null): Promise<AuthClient> {
  const { GoogleAuth } = await import('google-auth-library')
  if (credential === null) return new GoogleAuth({ scopes: SCOPE }).getClient()
  const credentials = asObject(parseJson(credential))
  if (!credentials) {
    throw new GatewayError(
      'upstream_credential',
      'The Google Cloud credential is not JSON: give the file of a service account (`path::FILE` or `path_from_env::NAME`).',
    )
  }
  return new GoogleAuth({ scopes: SCOPE, credentials }).getClient()
}
