import { resolve } from 'node:path'
import type { z } from 'zod'
import { parseJson } from '../lib/json.ts'
import type { Provider } from '../providers/provider.ts'
import { type ReadFile, readText } from './files.ts'
import { atValue, error, type Finding, formatPath, type Path } from './problems.ts'
import { directoryOf } from './references.ts'
import { parseToml, type Source } from './toml.ts'

type Options = Readonly<Record<string, unknown>>

interface Read {
  readonly options: Options
  readonly findings: readonly Finding[]
}

/**
 * A provider's options with the files that they name in place of the names. A path counts from the
 * directory of the configuration file that says it.
 */
export async function readProviderFiles(
  provider: Provider,
  options: Options,
  from: { readonly path: Path; readonly sources: readonly Source[]; readonly readFile: ReadFile },
): Promise<Read> {
  const contents: Record<string, unknown> = {}
  const findings: Finding[] = []
  for (const [key, schema] of Object.entries(provider.files ?? {})) {
    const written = options[key]
    if (typeof written !== 'string') continue
    const path = [...from.path, key]
    const file = resolve(directoryOf(path, from.sources), written)
    const { data, problem } = await readContent(file, from.readFile)
    const checked = problem === undefined ? schema.safeParse(data) : undefined
    if (checked?.success) contents[key] = checked.data
    else {
      const why = problem ?? describe(checked?.error.issues ?? [])
      findings.push(error('bad_file', `${formatPath(file)}: ${why}`, atValue(path)))
    }
  }
  return { options: { ...options, ...contents }, findings }
}

/** The deepest of the mistakes: of several ways to read a value, the one that came furthest. */
function describe(issues: readonly z.core.$ZodIssue[], above: readonly PropertyKey[] = []): string {
  const [issue] = issues.toSorted((one, other) => other.path.length - one.path.length)
  const path = [...above, ...(issue?.path ?? [])]
  const ways = issue?.code === 'invalid_union' ? issue.errors.flat() : []
  return ways.length > 0 ? describe(ways, path) : `${path.map(String).join('.')}: ${issue?.message}`
}

async function readContent(
  file: string,
  readFile: ReadFile,
): Promise<{ data?: unknown; problem?: string }> {
  const read = await readText(file, readFile)
  if (!read.ok) return { problem: read.reason }
  if (file.endsWith('.json')) {
    const data = parseJson(read.text)
    return data === undefined ? { problem: 'this is not JSON' } : { data }
  }
  const parsed = parseToml({ file, text: read.text })
  return parsed.ok ? { data: parsed.source.table } : { problem: parsed.finding.message }
}
