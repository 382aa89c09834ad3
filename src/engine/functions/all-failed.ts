import { GatewayError } from '../../domain/errors.ts'

/** When none is left: all that went wrong, by the variant's name. */
export function allVariantsFailed(errors: ReadonlyMap<string, GatewayError>): GatewayError {
  const last = [...errors.values()].at(-1)
  if (!last) {
    return new GatewayError('upstream_failed', 'No fallback variants remaining.', {
      wraps: 'variants',
    })
  }
  const causes = [...errors].map(([name, error]) => ({ name, error }))
  const each = causes.map(({ name, error }) => `${name}: ${error.message}`)
  const message = `All variants failed with errors: ${each.join('\n')}`
  return new GatewayError(last.code, message, { ...last.context, wraps: 'variants', causes })
}
