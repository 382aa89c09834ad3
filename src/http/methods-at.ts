import type { Route } from './route.ts'

/**
 * The methods by which an address can be asked, sorted; none where there is no such address. HEAD
 * goes with GET. Asked only when a request found no route.
 */
export function methodsAt<Deps>(routes: readonly Route<Deps>[], path: string): string[] {
  const asked = segmentsOf(path)
  const methods = routes
    .filter(({ paths }) => paths.some((pattern) => matches(segmentsOf(pattern), asked)))
    .flatMap(({ method }) => (method === 'GET' ? ['GET', 'HEAD'] : [method]))
  return [...new Set(methods)].toSorted()
}

function matches(pattern: readonly string[], asked: readonly string[]): boolean {
  const open = pattern.at(-1) === '*'
  const fixed = open ? pattern.slice(0, -1) : pattern
  if (open ? asked.length < pattern.length : asked.length !== pattern.length) return false
  return fixed.every((segment, place) =>
    segment.startsWith(':') ? asked[place] !== '' : segment === asked[place],
  )
}

/** A slash at the end makes no other address. */
function segmentsOf(path: string): string[] {
  return path.replace(/(?<=.)\/$/, '').split('/')
}
