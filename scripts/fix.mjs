// Formats, and mends what the linter can mend.
import { spawnSync } from 'node:child_process'

for (const [command, ...parameters] of [
  ['oxlint', '--type-aware', '--fix', '.'],
  ['oxfmt', '.'],
]) {
  spawnSync(command, parameters, { stdio: 'inherit' })
}
