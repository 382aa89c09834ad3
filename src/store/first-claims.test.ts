import { expect, test } from 'vitest'
import type { Json } from '../domain/chat.ts'
import type { Change } from './changes.ts'
import type { StoreClient } from './client.ts'
import { type FirstClaims, withFirstClaims } from './first-claims.ts'
import type { Reads } from './reads.ts'

const NOTE = { collection: 'notes', key: 'a' }

/** A store that looks first and writes later, as ClickHouse does, seen from several gateways. */
function setUp() {
  const documents = new Map<string, Json>()
  const world = { documents, sick: false, away: false, firsts: new Map<string, string>() }
  const stored: StoreClient = {
    reads: {} as Reads,
    flush: () => Promise.resolve(),
    change: async (change: Change) => {
      if (world.away) throw new Error('away')
      if (change.kind === 'remove') return documents.delete(change.key)
      if (change.kind !== 'claim') throw new Error(change.kind)
      const there = documents.get(change.key)
      await new Promise((resolve) => setTimeout(resolve, 5))
      if (there !== undefined) return there
      documents.set(change.key, change.value)
      return change.value
    },
  }
  const claims: FirstClaims = {
    first: (key, value) => {
      if (world.sick) return Promise.reject(new Error('away'))
      const first = world.firsts.get(key) ?? value
      world.firsts.set(key, first)
      return Promise.resolve(first)
    },
    forget: (key) => Promise.resolve(world.firsts.delete(key)),
    close: () => Promise.resolve(),
  }
  return { world, gateway: () => withFirstClaims(stored, claims) }
}

const claim = (gateway: StoreClient, value: Json) =>
  gateway.change({ kind: 'claim', ...NOTE, value })

test('of claims in the same moment one stands, for all', async () => {
  const { world, gateway } = setUp()
  const answers = await Promise.all(['x', 'y', 'z'].map((value) => claim(gateway(), value)))
  expect(answers).toEqual(['x', 'x', 'x'])
  expect(world.documents.get('a')).toBe('x')
})

test('what stands in the store stands, whoever was first elsewhere', async () => {
  const { world, gateway } = setUp()
  world.documents.set('a', { old: true })
  expect(await claim(gateway(), 'new')).toEqual({ old: true })
  expect(await claim(gateway(), 'newer')).toEqual({ old: true })
})

test('what was removed can be claimed anew', async () => {
  const { gateway } = setUp()
  await claim(gateway(), 'x')
  expect(await gateway().change({ kind: 'remove', ...NOTE })).toBe(true)
  expect(await claim(gateway(), 'y')).toBe('y')
})

test('while nothing can be written all agree, if that will do for them', async () => {
  const { world, gateway } = setUp()
  world.away = true
  const asked = { kind: 'claim', ...NOTE, unwritten: true } as const
  expect(await gateway().change({ ...asked, value: 'x' })).toBe('x')
  expect(await gateway().change({ ...asked, value: 'y' })).toBe('x')
  await expect(claim(gateway(), 'z')).rejects.toThrow('away')
})

test('where nobody can say who was first, the store does', async () => {
  const { world, gateway } = setUp()
  world.sick = true
  expect(await claim(gateway(), 'x')).toBe('x')
  expect(await claim(gateway(), 'y')).toBe('x')
})
