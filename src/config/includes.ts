import { resolve } from 'node:path'
import { type Load, outlineTemplate } from '../lib/jinja.ts'
import { type ReadFile, readText } from './files.ts'
import { atValue, error, type Finding, formatPath, warning } from './problems.ts'
import type { NamedTemplate } from './references.ts'

export interface Includes {
  /** Texts by the name that templates say. */
  readonly texts: ReadonlyMap<string, string>
  /** Absolute. */
  readonly files: readonly string[]
  readonly findings: readonly Finding[]
}

/**
 * Reads the templates that others include, and those that these include, from below a directory.
 * Without one there is nothing to include.
 */
export async function readIncludes(
  templates: readonly NamedTemplate[],
  basePath: string | null,
  readFile: ReadFile,
): Promise<Includes> {
  if (basePath === null) {
    const findings = templates.flatMap((template) =>
      outlineTemplate(template.text).loads.flatMap((load) => withoutBase(load, template)),
    )
    return { texts: new Map(), files: [], findings }
  }
  const texts = new Map<string, string>()
  const reading = { basePath, readFile, texts, files: [], findings: [], seen: new Set<string>() }
  const waiting = [...templates]
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
    for (const load of outlineTemplate(next.text).loads) {
      waiting.push(...(await readLoad(load, next, reading)))
    }
  }
  return reading
}

interface Reading {
  readonly basePath: string
  readonly readFile: ReadFile
  readonly texts: Map<string, string>
  readonly files: string[]
  readonly findings: Finding[]
  /** The names that have been looked for, found or not: each is told of once. */
  readonly seen: Set<string>
}

/** The templates that were not known before. */
async function readLoad(
  load: Load,
  from: NamedTemplate,
  { basePath, readFile, texts, files, findings, seen }: Reading,
): Promise<NamedTemplate[]> {
  if (load.names === null) findings.push(dynamic(load, from))
  const read: NamedTemplate[] = []
  for (const name of load.names ?? []) {
    if (seen.has(name)) continue
    seen.add(name)
    const file = resolve(basePath, name)
    const isInside = isBelow(name)
    if (isInside) files.push(file)
    const text = isInside ? await readText(file, readFile) : OUTSIDE
    if (text.ok) {
      texts.set(name, text.text)
      read.push({ path: name, text: text.text, place: from.place })
    } else if (!load.ignoreMissing) findings.push(unreadable(name, file, text.reason, from))
  }
  return read
}

const OUTSIDE = {
  ok: false,
  reason: 'it is not below `gateway.template_filesystem_access.base_path`',
} as const

/** As the template library says it: no segment may start with a dot. */
function isBelow(name: string): boolean {
  return (
    name.split('/').every((part) => !part.startsWith('.') && !part.includes('\\')) &&
    !name.startsWith('/')
  )
}

function withoutBase({ kind, names, line, ignoreMissing }: Load, { path, place }: NamedTemplate) {
  if (ignoreMissing) return []
  const what = names === null ? 'a template by a computed name' : `'${names.join("', '")}'`
  const message = `${path}:${line}: Could not load template: ${kind} of ${what}`
  const help = 'set `gateway.template_filesystem_access.base_path` to the directory it is in'
  return [warning('missing_include', message, atValue(place), help)]
}

function dynamic({ kind, line }: Load, { path, place }: NamedTemplate): Finding {
  const message = `${path}:${line}: dynamic ${kind}: the template's name must be written out`
  return error('dynamic_include', message, atValue(place), 'include each template by its name')
}

function unreadable(name: string, file: string, reason: string, from: NamedTemplate): Finding {
  const message = `${from.path}: Could not load template '${name}': ${formatPath(file)}: ${reason}`
  return warning('missing_include', message, atValue(from.place))
}
