import { parseArgs } from 'node:util'

/** A command line of `--name value`: the given names with their defaults, or what was said. */
export function readOptions<Name extends string>(
  args: readonly string[],
  defaults: Readonly<Record<Name, string>>,
): Record<Name, string> {
  const names = Object.keys(defaults)
  const { values } = parseArgs({
    args: [...args],
    options: Object.fromEntries(names.map((name) => [name, { type: 'string' as const }])),
  })
  const said: Record<Name, string> = { ...defaults }
  for (const name in said) said[name] = values[name] ?? defaults[name]
  return said
}
