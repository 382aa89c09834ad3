import type { ExperimentSettings } from '../../src/domain/experiments/arms.ts'
import { everMisses } from './coverage.ts'
import { runExperiment, type Setup } from './experiment.ts'
import { fixedHorizon, lowerBound } from './references.ts'
import { type Shape, sourceOf } from './sources.ts'

/** One thing that is simulated many times, and what it has to keep to. */
export interface Cell {
  readonly group: Group
  readonly name: string
  /** The largest share of wrong runs. */
  readonly mostWrong: number
  /** The largest mean number of samples, null when it is only told. */
  readonly mostSamples: number | null
  /** Numbers of samples to set beside the result. */
  readonly beside: { readonly [figure: string]: number }
  play(random: () => number): Outcome
}

export const GROUPS = {
  wrong: 'Wrong winners at δ = 0.05, near ties',
  published: 'Mean samples beside the published ones, δ = 0.1, a decision after every sample',
  bound: 'Mean samples beside the lower bound, δ = 0.05, a decision after every 10 samples',
  coverage: 'Confidence sequences that ever miss, δ = 0.05',
} as const
export type Group = keyof typeof GROUPS

export interface Outcome {
  readonly samples: number
  readonly wrong: boolean
  readonly undecided: boolean
}

/** How an experiment takes its values: `known` and `learned` are floats with and without a range. */
type Metric = 'boolean' | 'known' | 'learned'

interface Choice {
  readonly shape: Shape
  readonly metric: Metric
  /** The best one first. */
  readonly means: readonly number[]
  readonly batch: number
  readonly settings?: Partial<ExperimentSettings>
}

type Line = readonly [Shape, Metric, ...number[]]

export function allCells(): Cell[] {
  return [...wrongCells(), ...publishedCells(), ...boundCells(), ...coverageCells()]
}

function wrongCells(): Cell[] {
  const crowds = [2, 3, 4, 5, 6].flatMap((arms): Line[] => {
    const means = Array.from({ length: arms }, (_, at) => (at === 0 ? 0.5 : 0.49))
    return [
      ['coin', 'boolean', ...means],
      ['grade', 'known', ...means],
      ['grade', 'learned', ...means],
    ]
  })
  const slow = [...crowds, ...NEAR_TIES].map(([shape, metric, ...means]) => ({
    shape,
    metric,
    means,
    batch: 100,
  }))
  const watchful = AT_EVERY_SAMPLE.map(([shape, metric, ...means]) => ({
    shape,
    metric,
    means,
    batch: 1,
    settings: { maxSamplesPerVariant: 1000 },
  }))
  return [...slow, ...watchful].flatMap((choice) => [wrongCell(choice), wrongCell(turned(choice))])
}

const NEAR_TIES: readonly Line[] = [
  ['coin', 'boolean', 0.5, 0.499],
  ['coin', 'boolean', 0.02, 0.018],
  ['coin', 'boolean', 0.98, 0.978],
  ['coin', 'boolean', 0.5, 0.499, 0.4, 0.4, 0.4, 0.4],
  ['coin', 'boolean', 0.5, 0.499, 0.499, 0.45],
  ['grade', 'known', 0.5, 0.499],
  ['skewed', 'known', 0.2, 0.198],
  ['skewed', 'known', 0.1, 0.099, 0.099],
  ['narrow', 'known', 0.5, 0.499],
  ['coin', 'known', 0.05, 0.048],
  ['skewed', 'learned', 0.2, 0.198],
  ['skewed', 'learned', 0.1, 0.099, 0.099],
  ['narrow', 'learned', 0.5, 0.499],
  ['coin', 'learned', 0.05, 0.048],
  ['coin', 'learned', 0.05, 0.048, 0.048, 0.048],
  ['normal', 'learned', 0, -0.01],
  ['lognormal', 'learned', 1, 0.99, 0.99],
]

const AT_EVERY_SAMPLE: readonly Line[] = [
  ['coin', 'boolean', 0.5, 0.49],
  ['coin', 'boolean', 0.1, 0.09, 0.09],
  ['grade', 'known', 0.5, 0.49],
  ['skewed', 'known', 0.2, 0.198, 0.198],
  ['skewed', 'learned', 0.2, 0.198],
]

/** The same gaps where less is better. */
function turned(choice: Choice): Choice {
  const best = choice.means[0] ?? 0
  const means = choice.means.map((mean) => 2 * best - mean)
  return { ...choice, means, settings: { ...choice.settings, optimize: 'min' } }
}

function wrongCell(choice: Choice): Cell {
  const setup = setupOf(choice)
  return {
    group: 'wrong',
    name: `${nameOf(choice)}, every ${choice.batch}`,
    mostWrong: setup.settings.delta,
    mostSamples: null,
    beside: {},
    play: (random) => played(setup, random),
  }
}

/** Table 1 of Garivier and Kaufmann (2016), its line for Track-and-Stop. */
function publishedCells(): Cell[] {
  return PUBLISHED.map(({ means, samples }) => {
    const settings = { delta: 0.1, maxSamplesPerVariant: 1_000_000 }
    const choice: Choice = { shape: 'coin', metric: 'boolean', means, batch: 1, settings }
    const setup = setupOf(choice)
    return {
      group: 'published',
      name: nameOf(choice),
      mostWrong: settings.delta,
      mostSamples: samples,
      beside: { published: samples, 'lower bound': lowerBound(setup.sources, setup.settings) },
      play: (random) => played(setup, random),
    }
  })
}

const PUBLISHED = [
  { means: [0.5, 0.45, 0.43, 0.4], samples: 4052 },
  { means: [0.3, 0.21, 0.2, 0.19, 0.18], samples: 1406 },
] as const

function boundCells(): Cell[] {
  const lines: readonly Line[] = [
    ['coin', 'boolean', 0.5, 0.45, 0.43, 0.4],
    ['coin', 'boolean', 0.3, 0.21, 0.2, 0.19, 0.18],
    ['coin', 'boolean', 0.5, 0.45],
    ['coin', 'boolean', 0.6, 0.5, 0.5],
    ['coin', 'boolean', 0.1, 0.07],
    ['coin', 'boolean', 0.5, 0.45, 0.45, 0.45, 0.45, 0.45],
    ['grade', 'known', 0.5, 0.47, 0.45, 0.4],
    ['skewed', 'known', 0.4, 0.36, 0.35],
    ['grade', 'learned', 0.5, 0.47, 0.45, 0.4],
    ['normal', 'learned', 0, -0.1, -0.15, -0.2, -0.2, -0.2],
  ]
  return lines.flatMap(([shape, metric, ...means]) => {
    const settings = { maxSamplesPerVariant: 1_000_000 }
    const choice: Choice = { shape, metric, means, batch: 10, settings }
    return [boundCell(choice, 'adaptive'), boundCell(choice, 'uniform')]
  })
}

/** How many times the lower bound the mean may be. */
const MOST_OF_BOUND = 2.5

function boundCell(choice: Choice, sampling: Setup['sampling']): Cell {
  const setup = { ...setupOf(choice), sampling }
  const least = lowerBound(setup.sources, setup.settings)
  return {
    group: 'bound',
    name: `${nameOf(choice)}, ${sampling}`,
    mostWrong: setup.settings.delta,
    mostSamples: sampling === 'adaptive' ? MOST_OF_BOUND * least : null,
    beside: {
      'lower bound': least,
      'fixed horizon': fixedHorizon(setup.sources, setup.settings.delta),
    },
    play: (random) => played(setup, random),
  }
}

function coverageCells(): Cell[] {
  const lines: readonly Line[] = [
    ['coin', 'boolean', 0.5],
    ['coin', 'boolean', 0.05],
    ['coin', 'boolean', 0.995],
    ['grade', 'known', 0.5],
    ['skewed', 'known', 0.1],
    ['narrow', 'known', 0.5],
    ['coin', 'learned', 0.5],
    ['coin', 'learned', 0.05],
    ['coin', 'learned', 0.95],
    ['grade', 'learned', 0.5],
    ['skewed', 'learned', 0.2],
    ['skewed', 'learned', 0.1],
    ['narrow', 'learned', 0.5],
    ['normal', 'learned', 0],
    ['lognormal', 'learned', 1],
  ]
  return [...lines.map(alone), ...TOGETHER.map(together)]
}

const TOGETHER: readonly Line[] = [
  ['coin', 'boolean', 0.5, 0.47, 0.4],
  ['grade', 'learned', 0.5, 0.48, 0.4],
  ['lognormal', 'learned', 1, 0.98, 0.8],
]

function alone([shape, metric, ...means]: Line): Cell {
  const choice: Choice = { shape, metric, means, batch: 1 }
  const { sources, settings } = setupOf(choice)
  return {
    group: 'coverage',
    name: `${nameOf(choice)}, 20,000 values`,
    mostWrong: settings.delta,
    mostSamples: null,
    beside: {},
    play: (random) => ({
      samples: 20_000,
      wrong: sources.some((source) => everMisses(source, { settings, values: 20_000 }, random)),
      undecided: false,
    }),
  }
}

/** The arm with the worst place in an experiment: it gets the fewest values, and by choice. */
function together([shape, metric, ...means]: Line): Cell {
  const choice: Choice = { shape, metric, means, batch: 20 }
  const setup = { ...setupOf(choice), watched: true }
  return {
    group: 'coverage',
    name: `${nameOf(choice)}, the last in an experiment`,
    mostWrong: setup.settings.delta,
    mostSamples: null,
    beside: {},
    play: (random) => {
      const { samples, missed } = runExperiment(setup, random)
      return { samples, wrong: missed.has(means.length - 1), undecided: false }
    },
  }
}

function played(setup: Setup, random: () => number): Outcome {
  const { samples, winner } = runExperiment(setup, random)
  const best = setup.sources[0]?.mean
  const wrong = winner !== null && setup.sources[winner]?.mean !== best
  return { samples, wrong, undecided: winner === null }
}

function setupOf({ shape, metric, means, batch, settings }: Choice): Setup {
  return {
    sources: means.map((mean) => sourceOf(shape, mean)),
    settings: {
      metric: metric === 'boolean' ? 'boolean' : 'float',
      ...(metric === 'known' && { range: [0, 1] as const }),
      ...DEFAULTS,
      ...settings,
    },
    batch,
    sampling: 'adaptive',
    watched: false,
  }
}

const DEFAULTS = {
  optimize: 'max',
  delta: 0.05,
  epsilon: 0,
  minSamplesPerVariant: 10,
  maxSamplesPerVariant: 10_000,
  minProbability: 0,
} as const

function nameOf({ shape, metric, means, settings }: Choice): string {
  const rest = means.slice(1)
  const same = rest.length > 2 && rest.every((mean) => mean === rest[0])
  const shown = same ? [means[0], `${rest.length} × ${label(rest[0])}`] : means.map(label)
  const goal = settings?.optimize === 'min' ? 'min' : 'max'
  return `${shape} as ${metric}, ${goal} of ${shown.join(' / ')}`
}

/** Without the digits that only rounding brings. */
function label(mean: number | undefined): number {
  return Number((mean ?? 0).toFixed(6))
}
