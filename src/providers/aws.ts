import { z } from 'zod'
import type { UrlPlace } from './provider.ts'

const setting = (text: string) => z.string().min(1).optional().describe(text)

/** What every AWS service asks: where it is, and who calls. */
export const AWS_FIELDS = {
  region: setting('Its region, or where that comes from; `sdk`: as AWS tools find it.'),
  allow_auto_detect_region: z.boolean().optional().describe('The same as `region = "sdk"`.'),
  endpoint_url: setting('Another address of the service.'),
  access_key_id: setting('Where the access key id comes from.'),
  secret_access_key: setting('Where the secret access key comes from.'),
  session_token: setting('Where the session token comes from.'),
}

/** Those that may be locations such as `env::NAME`. */
export const AWS_SETTINGS = [
  'region',
  'endpoint_url',
  'access_key_id',
  'secret_access_key',
  'session_token',
]

/** Where AWS's own tools look first. */
export const AWS_DEFAULTS = { region: 'env::AWS_REGION' }

/** The service's address, with a slash at its end. */
export function awsOrigin({ settings, base }: UrlPlace, service: string): string {
  const endpoint = base || settings['endpoint_url']
  if (endpoint) return `${endpoint.replace(/\/+$/, '')}/`
  const { region } = settings
  const place = region === undefined || region === 'sdk' ? 'us-east-1' : region
  return `https://${service}.${place}.amazonaws.com/`
}
