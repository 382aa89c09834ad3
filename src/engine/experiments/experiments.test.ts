import { expect, test } from 'vitest'
import type { Json } from '../../domain/chat.ts'
import type { Change, DocumentName } from '../../store/changes.ts'
import type { StoreClient } from '../../store/client.ts'
import type { VariantFeedback } from '../../store/feedback-statistics.ts'
import type { Reads } from '../../store/reads.ts'
import { type Experiment, Experiments } from './experiments.ts'

const RULE = {
  type: 'adaptive',
  candidateVariants: ['a', 'b'],
  fallbackVariants: [],
  metric: 'm',
  minSamplesPerVariant: 5,
  maxSamplesPerVariant: 1000,
  delta: 0.05,
  epsilon: 0,
  updatePeriodMs: 1000,
  minProb: 0,
} as const

const EXPERIMENT: Experiment = {
  functionName: 'f',
  namespace: null,
  rule: RULE,
  metric: { type: 'boolean', optimize: 'max' },
}

const keyOf = ({ collection, key }: DocumentName) => collection + key

/** A store in memory whose clock stands still until it is told. */
function setUp() {
  const world = { now: 1_000_000, asked: 0, sick: false, shares: { a: 0.5, b: 0.5 } }
  const documents = new Map<string, Json>()
  const feedbackByVariant = (): Promise<VariantFeedback[]> => {
    world.asked++
    if (world.sick) return Promise.reject(new Error('sick'))
    return Promise.resolve(
      Object.entries(world.shares).map(([variantName, mean]) => ({
        metricName: 'm',
        variantName,
        count: 100,
        mean,
        squares: 0,
      })),
    )
  }
  const change = (asked: Change): Promise<Json> => {
    if (world.sick) return Promise.reject(new Error('sick'))
    if (asked.kind !== 'put' && asked.kind !== 'claim') throw new Error(asked.kind)
    const name = keyOf(asked)
    if (asked.kind === 'put' || !documents.has(name)) documents.set(name, asked.value)
    return Promise.resolve(documents.get(name) ?? null)
  }
  const stored: StoreClient = {
    reads: {
      feedbackByVariant,
      document: (name: DocumentName) => Promise.resolve(documents.get(keyOf(name)) ?? null),
    } as Partial<Reads> as Reads,
    change,
    flush: () => Promise.resolve(),
  }
  const clock = { now: () => world.now, us: () => 0 }
  const open = () => new Experiments({ clock, random: () => 0.5, stored })
  return { world, documents, open, experiments: open() }
}

/** When what goes on in the background is done. */
const settled = () => new Promise((resolve) => setTimeout(resolve, 0))

test('F201 reckons anew when its time has come, and not before', async () => {
  const { world, experiments } = setUp()
  await experiments.standing(EXPERIMENT)
  world.now += 999
  await experiments.standing(EXPERIMENT)
  await settled()
  expect(world.asked).toBe(1)
  world.shares = { a: 0.9, b: 0.1 }
  world.now += 1
  // Nobody waits: the next request is the first that sees it.
  expect((await experiments.standing(EXPERIMENT)).decision.verdict).toBeNull()
  await settled()
  expect((await experiments.standing(EXPERIMENT)).decision.verdict?.winner).toBe('a')
  expect(world.asked).toBe(2)
})

test('F201 waits for the truth after a long silence', async () => {
  const { world, experiments } = setUp()
  await experiments.standing(EXPERIMENT)
  world.shares = { a: 0.1, b: 0.9 }
  world.now += 60_000
  expect((await experiments.standing(EXPERIMENT)).decision.verdict?.winner).toBe('b')
})

test('asks the store once for many requests at a time', async () => {
  const { world, experiments } = setUp()
  await Promise.all(Array.from({ length: 50 }, () => experiments.standing(EXPERIMENT)))
  expect(world.asked).toBe(1)
})

test('keeps what it knows while the store is sick', async () => {
  const { world, experiments } = setUp()
  world.shares = { a: 0.9, b: 0.1 }
  await experiments.standing(EXPERIMENT)
  world.sick = true
  world.now += 60_000
  const { decision } = await experiments.standing(EXPERIMENT)
  expect(decision.verdict?.winner).toBe('a')
  const drawing = { experiment: EXPERIMENT, episodeId: 'e', fresh: false, dryrun: false }
  expect(await experiments.variantOf(drawing)).toBe('a')
})

test('begins alike for all while the store is sick from the start', async () => {
  const { world, experiments } = setUp()
  world.sick = true
  const { decision } = await experiments.standing(EXPERIMENT)
  expect([...decision.probabilities.values()]).toEqual([0.5, 0.5])
})

test('F201 takes over the verdict that was kept, of the same metric only', async () => {
  const { world, documents, open } = setUp()
  world.shares = { a: 0.9, b: 0.1 }
  await open().standing(EXPERIMENT)
  await settled()
  expect([...documents.values()]).toMatchObject([{ metric: 'm', winner: 'a', over: ['b'] }])
  world.shares = { a: 0.1, b: 0.9 }
  expect((await open().standing(EXPERIMENT)).decision.verdict?.winner).toBe('a')
  const other = { ...EXPERIMENT, rule: { ...RULE, metric: 'other' } }
  expect((await open().standing(other)).decision.verdict?.winner).toBe('b')
})

test('F201 keeps a winner through a new configuration, not through a new variant', async () => {
  const { world, experiments } = setUp()
  world.shares = { a: 0.9, b: 0.1 }
  await experiments.standing(EXPERIMENT)
  world.shares = { a: 0.5, b: 0.5 }
  const slower = { ...EXPERIMENT, rule: { ...RULE, updatePeriodMs: 5000 } }
  expect((await experiments.standing(slower)).decision.verdict?.winner).toBe('a')
  const more = { ...EXPERIMENT, rule: { ...RULE, candidateVariants: ['a', 'b', 'c'] } }
  const { decision } = await experiments.standing(more)
  expect(decision.state).toMatch(/^nursery_and_/)
  expect(decision.probabilities.get('c')).toBeCloseTo(1 / 3)
})

test('F202 claims the variant of an episode once, and nothing on a dry run', async () => {
  const { documents, experiments } = setUp()
  const drawing = { experiment: EXPERIMENT, episodeId: 'e', fresh: true, dryrun: false }
  await experiments.variantOf({ ...drawing, episodeId: 'dry', dryrun: true })
  expect(documents.size).toBe(0)
  const drawn = await experiments.variantOf(drawing)
  await settled()
  expect([...documents.values()]).toEqual([drawn])
  expect(await experiments.variantOf({ ...drawing, fresh: false })).toBe(drawn)
})

test('F202 bows to the variant that another gateway claimed first', async () => {
  const { documents, experiments } = setUp()
  documents.set('episode_variantf\n\ne', 'a')
  const drawing = { experiment: EXPERIMENT, episodeId: 'e', fresh: false, dryrun: false }
  expect(await experiments.variantOf(drawing)).toBe('a')
})
