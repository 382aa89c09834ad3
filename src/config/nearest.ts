import { nearest } from '../lib/nearest.ts'

/** `did you mean` the nearest, else the whole list when it is short, else nothing. */
export function suggest(word: string, candidates: readonly string[], noun: string): string | null {
  const near = nearest(word, candidates)
  if (near !== undefined) return `did you mean \`${near}\`?`
  if (candidates.length === 0 || candidates.length > 12) return null
  return `${noun}: ${candidates.map((candidate) => `\`${candidate}\``).join(', ')}`
}
