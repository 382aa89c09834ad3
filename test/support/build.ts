import { execFileSync } from 'node:child_process'
import { join } from 'node:path'

/** Builds what the tests start, when it is older than the sources. */
export function setup(): void {
  const script = join(import.meta.dirname, '../../scripts/setup.mjs')
  execFileSync(process.execPath, [script, '--build'], { stdio: 'inherit' })
}
