import { execFileSync } from 'node:child_process'
import { join } from 'node:path'

/**
 * Builds what the tests start, when it is older than the sources. Tests beside the sources start
 * nothing: where only such are named, nothing needs to be built.
 */
export function setup(): void {
  const named = process.argv.slice(2).filter((argument) => argument.includes('/'))
  if (named.length > 0 && named.every((path) => path.startsWith('src/'))) return
  const script = join(import.meta.dirname, '../../scripts/setup.mjs')
  execFileSync(process.execPath, [script, '--build'], { stdio: 'inherit' })
}
