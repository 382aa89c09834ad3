/** Numbers from 0 up to, not including, 1. */
export type Random = () => number

/** A number that stands for a text (FNV-1a), so that the same text always gives the same numbers. */
export function seedOf(text: string): number {
  let hash = 0x811c9dc5
  for (let at = 0; at < text.length; at++) {
    hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193)
  }
  return hash >>> 0
}

/** A small generator (mulberry32): good enough to look random, and the same on every machine. */
export function randomFrom(seed: number): Random {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** A whole number from `least` to `most`, both included. */
export function integerFrom(random: Random, least: number, most: number): number {
  return least + Math.floor(random() * (most - least + 1))
}

export function pickFrom<Item>(random: Random, items: readonly [Item, ...Item[]]): Item {
  return items[Math.floor(random() * items.length)] ?? items[0]
}

/** Lower-case hexadecimal digits. */
export function hexFrom(random: Random, length: number): string {
  return Array.from({ length }, () => integerFrom(random, 0, 15).toString(16)).join('')
}
