import { createHash } from 'node:crypto'

/** A number in [0, 1) that is always the same for a function and an episode. */
export function drawOf(functionName: string, episodeId: string): number {
  const digest = createHash('sha256')
    .update(functionName, 'utf8')
    .update(Buffer.from(episodeId.replaceAll('-', ''), 'hex'))
    .digest()
  return digest.readUInt32BE(0) / 2 ** 32
}

/** One of `names`, each as likely as the others; they count in the order of their names. */
export function drawUniform(names: readonly string[], draw: number): string | undefined {
  return sorted(names)[Math.floor(draw * names.length)]
}

/** One of the names by its weight; undefined where all weights are zero. */
export function drawWeighted(
  weights: ReadonlyMap<string, number>,
  draw: number,
): string | undefined {
  const names = sorted([...weights.keys()])
  const total = names.reduce((sum, name) => sum + (weights.get(name) ?? 0), 0)
  if (total <= 0) return undefined
  let cumulative = 0
  for (const name of names) {
    cumulative += weights.get(name) ?? 0
    if (cumulative > draw * total) return name
  }
  return names.findLast((name) => (weights.get(name) ?? 0) > 0)
}

/** By bytes, as everywhere that two machines must agree. */
function sorted(names: readonly string[]): string[] {
  return names.toSorted((one, other) => Buffer.compare(Buffer.from(one), Buffer.from(other)))
}
