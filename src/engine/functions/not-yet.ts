import { GatewayError } from '../../domain/errors.ts'

/** What the configuration may say already, but no request can use. */
export function notYet(what: string): GatewayError {
  return new GatewayError('unsupported', `This version does not serve ${what} yet.`)
}
