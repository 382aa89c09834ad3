import type { Config } from '../../config/config.ts'
import type { FunctionConfig } from '../../config/functions.ts'
import { GatewayError } from '../../domain/errors.ts'

/** Throws `GatewayError` (404) where no function has this name; `param`: the field that names it. */
export function functionNamed(
  { functions }: Pick<Config, 'functions'>,
  name: string,
  param?: string,
): FunctionConfig {
  const fn = functions.get(name)
  if (fn) return fn
  const context = param === undefined ? {} : { param }
  throw new GatewayError('not_found', `Unknown function: ${name}`, context)
}
