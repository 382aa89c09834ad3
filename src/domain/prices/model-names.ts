/**
 * The names under which a model may stand in a table, the fullest first: as it is called, then
 * without what hosts put around a name, one after the other: paths, revisions, dates, and last the
 * prefixes of vendor and region, because some regions have prices of their own.
 */
export function modelNames(model: string): string[] {
  const names = [model.toLowerCase()]
  for (const pattern of AROUND) {
    const last = names.at(-1) ?? ''
    const shorter = last.replace(pattern, '')
    if (shorter !== '' && shorter !== last) names.push(shorter)
  }
  return names
}

const AROUND = [
  // `accounts/x/models/name`, `vendor/name`, `arn:…:inference-profile/name`.
  /^.*\//,
  // `name-v1:0`, `name:0`, and a context size behind it.
  /(?:-v\d+)?:\d+(?::\d+k)?$/,
  // `name@20250514`, `name@default`.
  /@[\w-]+$/,
  /-latest$/,
  // `name-20250514`, `name-2025-05-14`, `name-0613`, `name-001`.
  /-(?:\d{8}|\d{4}-\d{2}-\d{2}|\d{4}|\d{3})$/,
  // `us.vendor.name`: a point before a letter ends a prefix, one before a digit is a version's.
  /^(?:[a-z0-9-]+\.)+(?=[a-z])/,
] as const
