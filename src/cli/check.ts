import { loadConfig } from '../config/load.ts'
import { ConfigError, formatProblem, type Problem } from '../config/problems.ts'
import { providers } from '../providers/index.ts'
import type { Arguments, Env } from './arguments.ts'
import { configSources } from './environment.ts'

/** Checks a configuration and says everything that is wrong in it. */
export async function check(args: Arguments, env: Env): Promise<boolean> {
  const sources = configSources(args)
  try {
    const { config, warnings } = await loadConfig({ sources, env, providers })
    print(warnings, args.checkFormat)
    if (args.checkFormat === 'pretty') {
      const what = config.files.length === 0 ? 'the defaults' : config.files.join(', ')
      process.stdout.write(`ok: ${what}, ${config.models.size} models\n`)
    }
    return true
  } catch (thrown) {
    if (!(thrown instanceof ConfigError)) throw thrown
    print(thrown.problems, args.checkFormat)
    return false
  }
}

function print(problems: readonly Problem[], format: Arguments['checkFormat']): void {
  if (format === 'json') process.stdout.write(`${JSON.stringify(problems)}\n`)
  else if (format === 'github') process.stdout.write(problems.map(annotation).join(''))
  else {
    const color = process.stderr.isTTY
    for (const problem of problems) process.stderr.write(`${formatProblem(problem, { color })}\n`)
  }
}

/** A workflow command, as GitHub Actions reads it. */
function annotation({ severity, file, line, column, message, help }: Problem): string {
  const place = [
    file === null ? '' : `file=${file}`,
    line === null ? '' : `line=${line}`,
    column === null ? '' : `col=${column}`,
  ]
  const text = help === null ? message : `${message} (${help})`
  const escaped = text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A')
  return `::${severity} ${place.filter(Boolean).join(',')}::${escaped}\n`
}
