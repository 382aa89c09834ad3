/** A service of a compose file, as far as we look at it. */
interface Service {
  readonly command?: readonly string[]
  readonly environment?: Readonly<Record<string, string>>
  readonly volumes?: readonly string[]
  readonly depends_on?: readonly string[]
}

/** A compose file, with variables in their places. */
export function resolveCompose(
  yaml: string,
  variables: Readonly<Record<string, string>>,
): { readonly services: Readonly<Record<string, Service>>; readonly volumes: readonly string[] } {
  const text = yaml.replaceAll(
    /\$\{(\w+):[?-]([^}]*)\}/g,
    (_, name: string) => variables[name] ?? '',
  )
  const entry = readCompose(text)
  if (typeof entry !== 'object' || !('services' in entry)) throw new Error('There are no services.')
  return {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the tests look at what is in them
    services: entry['services'] as Readonly<Record<string, Service>>,
    volumes: Object.keys(entry['volumes'] ?? {}),
  }
}

/** What stands in a file. */
type Entry = string | readonly Entry[] | { readonly [key: string]: Entry }

interface Line {
  readonly indent: number
  readonly text: string
}

/**
 * Reads as much of YAML as our compose files use: tables, lists of single words, words in quotes.
 * Throws at everything else.
 */
function readCompose(yaml: string): Entry {
  const lines = yaml
    .split('\n')
    .filter((line) => line.trim() !== '' && !line.trim().startsWith('#'))
    .map((line) => ({ indent: line.search(/\S/), text: line.trim() }))
  const { entry, rest } = block(lines)
  if (rest.length > 0) throw new Error(`This is one line too many: ${rest[0]?.text}`)
  return entry
}

/** All lines as far in as the first, and those within them. */
function block(lines: readonly Line[]): { entry: Entry; rest: readonly Line[] } {
  const [first] = lines
  if (first === undefined) return { entry: '', rest: [] }
  if (first.text.startsWith('- ')) return list(lines, first.indent)
  const entry: Record<string, Entry> = {}
  let rest = lines
  for (let [line] = rest; line !== undefined && line.indent === first.indent; [line] = rest) {
    const [, key, value] = /^([\w-]+):(?: (.+))?$/.exec(line.text) ?? []
    if (key === undefined || key in entry) throw new Error(`What is this? ${line.text}`)
    rest = rest.slice(1)
    const inner = value === undefined && (rest[0]?.indent ?? 0) > first.indent
    const found = inner ? block(rest) : { entry: wordIn(value ?? ''), rest }
    entry[key] = found.entry
    rest = found.rest
  }
  return { entry, rest }
}

function list(lines: readonly Line[], indent: number): { entry: Entry; rest: readonly Line[] } {
  const end = lines.findIndex((line) => line.indent !== indent || !line.text.startsWith('- '))
  const own = end === -1 ? lines : lines.slice(0, end)
  return {
    entry: own.map(({ text }) => wordIn(text.slice(2))),
    rest: end === -1 ? [] : lines.slice(end),
  }
}

function wordIn(text: string): Entry {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a list of words, or it is no JSON
  if (text.startsWith('[')) return JSON.parse(text.replaceAll("'", '"')) as string[]
  const [, quoted] = /^'(.*)'$/.exec(text) ?? []
  if (quoted !== undefined) return quoted
  if (/: |['"]|^[&*!|>{]/.test(text)) throw new Error(`What is this? ${text}`)
  return text
}
