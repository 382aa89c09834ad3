import type { Config } from '../../config/config.ts'
import type { FunctionConfig } from '../../config/functions.ts'
import { GatewayError } from '../../domain/errors.ts'

/** Throws `GatewayError` (404) where no function has this name. */
export function functionNamed(
  { functions }: Pick<Config, 'functions'>,
  name: string,
): FunctionConfig {
  const fn = functions.get(name)
  if (fn) return fn
  throw new GatewayError('not_found', `Unknown function: ${name}`)
}
