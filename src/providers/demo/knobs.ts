/** What a demo model's name can ask for, as in `flaky?fail=0.3&code=429`. */
export interface Knobs {
  /** How likely the answer is an HTTP error, and with which status. */
  readonly fail: number
  readonly code: number
  /** How likely the connection breaks, or falls silent, in the middle of the answer. */
  readonly cut: number
  readonly stall: number
  /** After how many pieces it does; a random number of them when it is not said. */
  readonly at: number | undefined
  /** Milliseconds before the answer begins. */
  readonly ttft: number
  /** Tokens a second in a stream. */
  readonly tps: number
}

const RANGES: Readonly<Record<keyof Knobs, readonly [number, number]>> = {
  fail: [0, 1],
  code: [400, 599],
  cut: [0, 1],
  stall: [0, 1],
  at: [0, 1_000_000],
  ttft: [0, 600_000],
  tps: [0.1, 1_000_000],
}

const CALM: Knobs = { fail: 0, code: 500, cut: 0, stall: 0, at: undefined, ttft: 0, tps: 60 }

/** What `flaky` does when its name asks for nothing. */
export const FLAKY = 'fail=0.3&code=429&cut=0.1'

/** Reads the part of the name behind `?`; a text says what is wrong with it. */
export function readKnobs(query: string): Knobs | string {
  const read: Partial<Record<keyof Knobs, number>> = {}
  for (const [name, text] of new URLSearchParams(query)) {
    if (!isKnob(name)) {
      return `\`${name}\` is nothing that demo models know. Use ${Object.keys(RANGES).join(', ')}.`
    }
    const [least, most] = RANGES[name]
    const value = text === '' ? Number.NaN : Number(text)
    if (!(value >= least && value <= most)) {
      return `\`${name}=${text}\` makes no sense. Give a number from ${least} to ${most}.`
    }
    read[name] = value
  }
  return { ...CALM, ...read }
}

function isKnob(name: string): name is keyof Knobs {
  return Object.hasOwn(RANGES, name)
}
