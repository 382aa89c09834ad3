/** Where the values of one arm come from. */
export interface Source {
  readonly mean: number
  readonly variance: number
  draw(random: () => number): number
}

/** How the values of a metric are distributed around their mean. */
export type Shape = keyof typeof SHAPES

export function sourceOf(shape: Shape, mean: number): Source {
  return SHAPES[shape](mean)
}

const SHAPES = {
  /** 0 or 1. */
  coin: (mean: number): Source => ({
    mean,
    variance: mean * (1 - mean),
    draw: (random) => (random() < mean ? 1 : 0),
  }),
  /** A grade from 0 to 1 in steps of a quarter, as a judge gives. */
  grade: (mean: number): Source => ({
    mean,
    variance: (mean * (1 - mean)) / 4,
    draw: (random) => {
      let sum = 0
      for (let throws = 0; throws < 4; throws++) sum += random() < mean ? 1 : 0
      return sum / 4
    },
  }),
  /** Anything within a tenth of the mean. */
  narrow: (mean: number): Source => ({
    mean,
    variance: 0.01 / 3,
    draw: (random) => mean + 0.1 * (2 * random() - 1),
  }),
  /** From 0 to 1, mostly near one end. */
  skewed: (mean: number): Source => {
    const power = 1 / mean - 1
    return {
      mean,
      variance: 1 / (2 * power + 1) - mean ** 2,
      draw: (random) => random() ** power,
    }
  },
  /** No bounds. */
  normal: (mean: number): Source => ({
    mean,
    variance: 1,
    draw: (random) => mean + normalFrom(random),
  }),
  /** Like a latency or a cost: above 0, with a long tail. */
  lognormal: (mean: number): Source => ({
    mean,
    variance: mean ** 2 * Math.expm1(SPREAD ** 2),
    draw: (random) => mean * Math.exp(SPREAD * normalFrom(random) - SPREAD ** 2 / 2),
  }),
}

/** The standard deviation of the logarithm. */
const SPREAD = 0.7

/** Box and Muller's normal number. */
function normalFrom(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
}
