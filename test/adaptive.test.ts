import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { post } from './support/feedback.ts'
import { startGateway, type TestGateway } from './support/gateway.ts'

const variant = (name: string, model = 'good') =>
  `variants.${name} = { type = "chat_completion", model = "${model}" }`
const RULE = 'type = "adaptive", metric = "liked", update_period_s = 0, min_samples_per_variant = 5'

const toml = (candidates: readonly string[], more = '') => `
[models.good]
routing = ["one"]
providers.one = { type = "dummy", model_name = "good" }
[models.bad]
routing = ["one"]
providers.one = { type = "dummy", model_name = "error" }
[metrics.liked]
type = "boolean"
optimize = "max"
level = "inference"

[functions.f]
type = "chat"
${variant('a')}
${variant('b')}
${variant('c')}
${variant('broken', 'bad')}
${variant('spare')}
experimentation = { ${RULE}, candidate_variants = ${JSON.stringify(candidates)}${more} }
`

const folders: string[] = []
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true })
})

function makeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'weir-adaptive-'))
  folders.push(folder)
  return folder
}

async function ask(gateway: TestGateway, more: object = {}) {
  const input = { messages: [{ role: 'user', content: 'Hello' }] }
  const { json } = await post(gateway, '/inference', { function_name: 'f', input, ...more })
  return {
    variant: String(json['variant_name']),
    id: String(json['inference_id']),
    episodeId: String(json['episode_id']),
  }
}

/** So many answers of each variant, liked as often as this says. */
async function like(gateway: TestGateway, shares: Record<string, number>, count: number) {
  const all = Object.entries(shares).flatMap(([name, share]) =>
    Array.from({ length: count }, (_, at) => ({ name, value: at < share * count })),
  )
  await Promise.all(
    all.map(async ({ name, value }) => {
      const { id } = await ask(gateway, { variant_name: name })
      await post(gateway, '/feedback', { metric_name: 'liked', value, inference_id: id })
    }),
  )
}

async function drawn(gateway: TestGateway, times: number, more: object = {}) {
  const counts: Record<string, number> = {}
  for (let at = 0; at < times; at++) {
    const { variant: name } = await ask(gateway, more)
    counts[name] = (counts[name] ?? 0) + 1
  }
  return counts
}

/** Goes evenly through [0, 1). */
function evenly(): () => number {
  let at = 0
  return () => (at++ % 100) / 100
}

describe('an adaptive experiment', () => {
  test('F201 gives all variants alike while it knows nothing, then the winner alone', async () => {
    const options = { stored: true, random: evenly(), dataDir: makeFolder() } as const
    {
      await using gateway = await startGateway(toml(['a', 'b']), {}, options)
      expect(await drawn(gateway, 100)).toEqual({ a: 50, b: 50 })
      await like(gateway, { a: 1, b: 0.1 }, 30)
      expect(await drawn(gateway, 10)).toEqual({ a: 10 })
    }
    // The winner stands after a restart, whatever is said from now on.
    await using again = await startGateway(toml(['a', 'b']), {}, options)
    await like(again, { a: 0, b: 1 }, 30)
    expect(await drawn(again, 10)).toEqual({ a: 10 })
  })

  test('F201 compares again when a variant is new', async () => {
    const options = { stored: true, random: evenly(), dataDir: makeFolder() } as const
    {
      await using gateway = await startGateway(toml(['a', 'b']), {}, options)
      await like(gateway, { a: 1, b: 0.1 }, 30)
      expect(await drawn(gateway, 5)).toEqual({ a: 5 })
    }
    await using again = await startGateway(toml(['a', 'b', 'c']), {}, options)
    const counts = await drawn(again, 90)
    expect(counts['c']).toBeGreaterThan(20)
    expect(counts['b']).toBeUndefined()
  })

  test('F202 keeps the variant of an episode, over restarts too', async () => {
    const options = { stored: true, random: evenly(), dataDir: makeFolder() } as const
    const episodes: { episodeId: string; variant: string }[] = []
    const given = '01930000-0000-7000-8000-00000000000'
    {
      await using gateway = await startGateway(toml(['a', 'b', 'c']), {}, options)
      for (let at = 0; at < 10; at++) {
        episodes.push(await ask(gateway))
        episodes.push(await ask(gateway, { episode_id: `${given}${at}` }))
      }
      for (const { episodeId, variant: name } of episodes) {
        expect((await ask(gateway, { episode_id: episodeId })).variant).toBe(name)
      }
    }
    const backwards = { ...options, random: () => 0.99 }
    await using again = await startGateway(toml(['a', 'b', 'c']), {}, backwards)
    for (const { episodeId, variant: name } of episodes) {
      expect((await ask(again, { episode_id: episodeId })).variant).toBe(name)
    }
    expect((await ask(again)).variant).toBe('c')
  })

  test('F202 draws anew for an episode whose variant is no candidate any more', async () => {
    const options = { stored: true, random: () => 0, dataDir: makeFolder() } as const
    const gateway = await startGateway(toml(['a', 'b']), {}, options)
    const { episodeId } = await ask(gateway)
    await gateway[Symbol.asyncDispose]()
    for (const random of [() => 0, () => 0.99]) {
      await using again = await startGateway(toml(['b', 'c']), {}, { ...options, random })
      expect((await ask(again, { episode_id: episodeId })).variant).toBe('b')
    }
  })

  test('F202 gives one episode one variant when many ask at once', async () => {
    const options = { stored: true, random: evenly() } as const
    await using gateway = await startGateway(toml(['a', 'b', 'c']), {}, options)
    const episode = { episode_id: '01930000-0000-7000-8000-000000000009' }
    const answers = await Promise.all(Array.from({ length: 8 }, () => ask(gateway, episode)))
    expect(new Set(answers.map(({ variant: name }) => name)).size).toBe(1)
  })

  test('F028 answers by other candidates, then by fallbacks, when variants fail', async () => {
    const more = ', fallback_variants = ["spare"]'
    await using gateway = await startGateway(toml(['broken', 'a'], more), {}, { random: () => 0 })
    expect(await drawn(gateway, 3)).toEqual({ a: 3 })
    await using spare = await startGateway(toml(['broken'], more), {}, { random: () => 0 })
    expect(await drawn(spare, 3)).toEqual({ spare: 3 })
  })

  test('gives all variants alike where nothing is stored, each episode the same', async () => {
    await using gateway = await startGateway(toml(['a', 'b']), {}, { random: evenly() })
    expect(await drawn(gateway, 20)).toMatchObject({ a: 20 })
    const { episodeId, variant: name } = await ask(gateway)
    expect(await drawn(gateway, 5, { episode_id: episodeId })).toEqual({ [name]: 5 })
  })

  test('F213 is one of its own in a namespace that has one', async () => {
    const rule = `{ ${RULE}, candidate_variants = ["b", "c"] }`
    const more = `, namespaces = { mobile = ${rule} }`
    const options = { stored: true, random: () => 0 } as const
    await using gateway = await startGateway(toml(['a', 'c'], more), {}, options)
    expect(await drawn(gateway, 3)).toEqual({ a: 3 })
    expect(await drawn(gateway, 3, { namespace: 'other' })).toEqual({ a: 3 })
    expect(await drawn(gateway, 3, { namespace: 'mobile' })).toEqual({ b: 3 })
    // What is said outside the namespace does not count in it.
    await like(gateway, { a: 0, c: 1 }, 30)
    expect(await drawn(gateway, 3)).toEqual({ c: 3 })
    expect(await drawn(gateway, 3, { namespace: 'mobile' })).toEqual({ b: 3 })
  })

  test('lets a request name its variant', async () => {
    await using gateway = await startGateway(toml(['a', 'b']), {}, { random: () => 0 })
    expect(await drawn(gateway, 2, { variant_name: 'spare' })).toEqual({ spare: 2 })
  })
})
