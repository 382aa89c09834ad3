import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { outcome, seeded, simulate } from '../examples/ab/simulate.ts'
import { startGateway } from './support/gateway.ts'

const example = join(import.meta.dirname, '../examples/ab')

test('F201 the A/B example finds its winner over the real API', { timeout: 120_000 }, async () => {
  const toml = readFileSync(join(example, 'tensorzero.toml'), 'utf8')
    .replaceAll('"functions/', `"${example}/functions/`)
    .replace('update_period_s = 1', 'update_period_s = 0')
  await using gateway = await startGateway(toml, {}, { stored: true, random: seeded(7) })
  const told: number[] = []
  const truth = { brief: 0.3, warm: 0.6 }
  const answered = await simulate({
    gateway: gateway.url,
    users: 500,
    together: 20,
    random: seeded(3),
    helps: truth,
    progress: (done) => told.push(done),
  })
  expect(told).toEqual([500])
  const { adaptive, probabilities } = await outcome(gateway.url)
  expect(adaptive.state).toBe('stopped')
  expect(adaptive.verdict).toEqual({ winner: 'warm', over: ['brief'] })
  expect(probabilities).toEqual({ brief: 0, warm: 1 })
  const all = Object.values(answered).reduce((sum, count) => sum + count, 0)
  expect(all).toBe(500)
  // Once it was sure, nobody got the worse one any more.
  expect(answered['warm']).toBeGreaterThan(answered['brief'] ?? 0)
  for (const { variant, count, lower, upper } of adaptive.variants) {
    const mean = truth[variant as keyof typeof truth]
    expect(count).toBe(answered[variant])
    expect(lower).toBeLessThan(mean)
    expect(upper).toBeGreaterThan(mean)
  }
})
