import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { matchesLog } from '../domain/log-query-match.ts'
import type { LogFilter, LogTerm } from '../domain/log-query.ts'
import { type InferenceRecord, OUTCOMES } from '../domain/record.ts'
import { attemptOf, FIRST_MS, idOf, recordOf } from './fixtures/records.ts'
import type { TestStore } from './store.conformance.ts'
import type { LogRow } from './store.ts'

const ALL: LogFilter = { terms: [] }

/** On every engine a filter finds on disk what it finds in memory. */
export function describeFilters(name: string, open: () => Promise<TestStore>): void {
  describe(`filters on ${name}`, () => {
    let store: TestStore
    let rows: readonly LogRow[]
    beforeAll(async () => {
      store = await open()
      await store.write(varied())
      rows = (await store.reader.list(ALL, { before: null, limit: 1000 })).rows
    })
    afterAll(() => store.close())

    test('find what the same filter finds in memory', async () => {
      await fc.assert(
        fc.asyncProperty(filters, async (filter) => {
          const { rows: found } = await store.reader.list(filter, { before: null, limit: 1000 })
          const wanted = rows.filter((row) => matchesLog(filter, row))
          expect(found.map((row) => row.id)).toEqual(wanted.map((row) => row.id))
        }),
        { numRuns: 300 },
      )
    })
  })
}

const NAMES = ['gpt-5', 'gpt*5', 'GPT-5', '模型', 'a[b]?', '', "o'brien"]

function varied(): InferenceRecord[] {
  return Array.from({ length: 120 }, (_, index) => {
    // What is asked and answered is all in the previews: memory knows no more than those.
    const name = (step: number) => NAMES[(index * step) % NAMES.length] ?? ''
    return recordOf(index, {
      functionName: name(1),
      variantName: name(2),
      requestedModel: name(3),
      model: index % 4 === 0 ? null : name(5),
      stream: index % 2 === 0,
      outcome: OUTCOMES[index % OUTCOMES.length] ?? 'ok',
      status: index % 3 === 0 ? 200 : 429,
      errorMessage: index % 5 === 0 ? null : `Too ${name(1)} many`,
      latencyUs: (index % 10) * 500_000,
      ttftUs: index % 3 === 0 ? null : index * 1000,
      costNano: index % 7 === 0 ? null : index * 10_000_000,
      usage: index % 6 === 0 ? null : recordOf(1).usage,
      attempts: index % 9 === 0 ? [] : [attemptOf(index, { provider: name(4) })],
      tags: index % 2 === 0 ? {} : { env: name(1), who: name(2) },
      ...textsOf(`What is ${name(2)}? 100%`, `_${name(4)}_ ÄÖ`),
    })
  })
}

function textsOf(asked: string, answered: string) {
  return {
    input: [{ role: 'user' as const, content: [{ type: 'text' as const, text: asked }] }],
    output: [{ type: 'text' as const, text: answered }],
    inputPreview: asked,
    outputPreview: answered,
  }
}

const names = fc.oneof(
  fc.constantFrom(...NAMES, 'gpt*', '*5', '*', '*b*', '[b]', 'nothing', 'ÄÖ', '100%', '_'),
  fc.string({ maxLength: 4 }).filter((text) => text.isWellFormed() && !text.includes('\0')),
)
const ops = fc.constantFrom('=', '>', '>=', '<', '<=') satisfies fc.Arbitrary<LogTerm['op']>
const texts = (field: LogTerm['field'], value: fc.Arbitrary<string>) =>
  fc.record({
    field: fc.constant(field),
    op: fc.constant('=' as const),
    value,
    negated: fc.boolean(),
    key: fc.constant('env'),
  })
const numbers = (field: LogTerm['field'], value: fc.Arbitrary<number>) =>
  fc.record({ field: fc.constant(field), op: ops, value, negated: fc.boolean() })

const terms: fc.Arbitrary<LogTerm> = fc.oneof(
  ...(['model', 'provider', 'function', 'variant', 'text'] as const).map((field) =>
    texts(field, names),
  ),
  texts('status', fc.constantFrom('ok', 'error')),
  texts('outcome', fc.constantFrom(...OUTCOMES)),
  texts('stream', fc.constantFrom('true', 'false')),
  texts('id', fc.constantFrom(idOf(7), '019ab1c2-*', '*-00000000000*', '*5')),
  texts('episode', fc.constantFrom(idOf(7, 1), '*7', 'x')),
  texts('tag', names),
  numbers('status', fc.constantFrom(200, 429)),
  numbers('latency', fc.constantFrom(0, 1500, 2000.5, 4500)),
  numbers('ttft', fc.constantFrom(0, 50, 119)),
  numbers('cost', fc.constantFrom(0, 0.01, 0.5, 1.19)),
  numbers('tokens', fc.constantFrom(0, 16, 17)),
)

const times = fc.integer({ min: -1, max: 121 }).map((second) => FIRST_MS + second * 1000)

const filters: fc.Arbitrary<LogFilter> = fc.record(
  { terms: fc.array(terms, { maxLength: 3 }), from: times, to: times },
  { requiredKeys: ['terms'] },
)
