import type { Credential, Target } from '../config/config.ts'
import { GatewayError } from '../domain/errors.ts'
import type { Secret } from '../lib/secret.ts'
import type { ModelCall } from './ask.ts'

type Sent = Pick<ModelCall, 'credentials'>

/** The secret that a credential means for this request; null where there is none to send. */
export function secretOf(credential: Credential, ask: Sent, target: Target): Secret | null {
  switch (credential.type) {
    case 'none':
    case 'sdk':
      return null
    case 'secret':
      return credential.secret
    case 'dynamic': {
      const secret = ask.credentials.get(credential.key)
      if (secret) return secret
      throw new GatewayError(
        'credential_missing',
        `API key missing for provider ${target.provider.title ?? target.provider.type}: Dynamic api key \`${credential.key}\` is missing`,
        { target: `${target.model}/${target.name}` },
      )
    }
    case 'missing':
      throw new GatewayError('upstream_credential', credential.message)
    case 'either':
      return isAvailable(credential.first, ask)
        ? secretOf(credential.first, ask, target)
        : secretOf(credential.fallback, ask, target)
  }
}

function isAvailable(credential: Credential, ask: Sent): boolean {
  if (credential.type === 'dynamic') return ask.credentials.has(credential.key)
  return credential.type !== 'missing'
}

/** The provider's fields that may be credential locations, as they are for this request. */
export function settingsOf(target: Target, ask: Sent): Record<string, string> {
  const found: Record<string, string> = {}
  for (const [key, setting] of Object.entries(target.settings)) {
    if (setting.type === 'sdk') found[key] = 'sdk'
    const secret = secretOf(setting, ask, target)
    if (secret) found[key] = secret.reveal()
  }
  return found
}
