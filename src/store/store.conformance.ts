import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { LogFilter, LogTerm } from '../domain/log-query.ts'
import { BATCH_DIALECT, type InferenceRecord } from '../domain/record.ts'
import { attemptOf, FIRST_MS, idOf, recordOf } from './fixtures/records.ts'
import type { Json } from '../domain/chat.ts'
import type { Change } from './changes.ts'
import type { Reads } from './reads.ts'

/** An engine under test: records in, pages out. */
export interface TestStore {
  /** When it returns they can be read. */
  write(records: readonly InferenceRecord[]): Promise<void>
  change(change: Change): Promise<Json>
  readonly reader: Reads
  close(): Promise<void>
}

const ALL: LogFilter = { terms: [] }

const at = (ms: number) => ({ startedAt: FIRST_MS + ms, costNano: 1_000_000_000 })

/** What every engine does. */
export function describeStore(name: string, open: () => Promise<TestStore>): void {
  describe(`the store on ${name}`, () => {
    let store: TestStore
    beforeEach(async () => {
      store = await open()
    })
    afterEach(() => store.close())

    const idsOf = async (filter: LogFilter) => {
      const page = await store.reader.list(filter, { before: null, limit: 1000 })
      return page.rows.map((row) => row.id)
    }

    test('is empty at first', async () => {
      expect(await store.reader.list(ALL, { before: null, limit: 10 })).toEqual({
        rows: [],
        next: null,
      })
      expect(await store.reader.get(idOf(1))).toBeNull()
      expect(await store.reader.count(ALL)).toEqual({ count: 0, exact: true })
      expect(await store.reader.neighbours(idOf(1), ALL)).toEqual({ newer: null, older: null })
      const overview = await store.reader.overview(ALL, { from: 0, to: 1000, buckets: 2 })
      expect(overview).toMatchObject({ bucketMs: 500, requests: 0, latencyP95Us: null })
    })

    test('gives back a record as it came', async () => {
      const record = recordOf(1, {
        stream: true,
        ttftUs: 42,
        tags: { 'tensorzero::x': "o'brien", __proto__x: '"; drop table inference; --' },
        warnings: ['`logit_bias` was not passed on.'],
        attempts: [
          attemptOf(1, { error: 'upstream_rate_limited', status: 429, finish: null }),
          attemptOf(2, { number: 2, reason: 'fallback', usage: recordOf(2).usage, costNano: 0 }),
        ],
      })
      await store.write([record])
      const stored = await store.reader.get(record.id)
      expect(backToRecord(stored)).toEqual(record)
      expect(stored).toMatchObject({ payload: 'present', provider: 'main', inputTokens: 12 })
    })

    test.each([
      ['quotes', `'"\`; DROP TABLE inference; --`],
      ['other scripts and pictures', '模型 🎉 👩‍👩‍👧 e\u0301'],
      ['nothing', ''],
      ['200 characters', '界'.repeat(200)],
      ['patterns', '100% _off_ [a-z]* \\'],
      ['control characters', 'a\u0000b\u0001\r\n\t\u202e'],
    ])('keeps %s', async (_, text) => {
      const record = textual(1, text)
      await store.write([record])
      expect(backToRecord(await store.reader.get(record.id))).toEqual(record)
    })

    test('keeps lone surrogates in texts, and something readable of them in names', async () => {
      const record = recordOf(1, {
        rawRequest: '\ud800',
        output: [{ type: 'text', text: 'x\udc00y' }],
        outputPreview: 'x\udc00y',
      })
      await store.write([record])
      const stored = await store.reader.get(record.id)
      expect(stored?.record.rawRequest).toBe('\ud800')
      expect(stored?.record.output).toEqual(record.output)
      expect(stored?.outputPreview).toBe('x\ufffdy')
    })

    test('tells what is unknown from what is nothing', async () => {
      const unknown = recordOf(1, {
        model: null,
        usage: null,
        costNano: null,
        error: 'not_found',
        errorMessage: '',
        finish: null,
        attempts: [],
        outcome: 'rejected',
        status: 404,
      })
      const nothing = recordOf(2, { costNano: 0 })
      await store.write([unknown, nothing])
      expect(backToRecord(await store.reader.get(unknown.id))).toEqual(unknown)
      expect(backToRecord(await store.reader.get(nothing.id))).toEqual(nothing)
    })

    test('keeps five megabytes beside small ones', async () => {
      const big = recordOf(2, {
        rawRequest: 'x'.repeat(5_000_000),
        attempts: [attemptOf(2, { rawResponse: '🎉'.repeat(500_000) })],
      })
      const records = [recordOf(1), big, recordOf(3)]
      await store.write(records)
      for (const record of records) {
        expect(backToRecord(await store.reader.get(record.id))).toEqual(record)
      }
    })

    test('finds an answer by the name its client knows, the newest of several', async () => {
      const records = ['resp_a', 'resp_b', 'resp_a', null].map((responseId, index) =>
        recordOf(index + 1, { responseId }),
      )
      await store.write(records)
      const found = async (id: string) => backToRecord(await store.reader.byResponse(id))
      expect(await found('resp_a')).toEqual(records[2])
      expect(await found('resp_b')).toEqual(records[1])
      expect(await found('resp_c')).toBeNull()
    })

    test('finds the inference that a request to a provider was made for', async () => {
      const records = [
        recordOf(1),
        recordOf(2, { attempts: [attemptOf(2), attemptOf(12, { number: 2 })] }),
        recordOf(3, { attempts: [] }),
      ]
      await store.write(records)
      const found = async (id: string) => (await store.reader.byAttempt(id))?.id
      expect(await found(idOf(1, 2))).toBe(idOf(1))
      expect(await found(idOf(2, 2))).toBe(idOf(2))
      expect(await found(idOf(12, 2))).toBe(idOf(2))
      for (const id of [idOf(3, 2), idOf(1), 'mine', '00000000-0000-7000-8000-000000000000']) {
        expect(await found(id)).toBeUndefined()
      }
    })

    test('keeps the first of two records with one id', async () => {
      await store.write([recordOf(1), recordOf(1, { status: 500 }), recordOf(2)])
      await store.write([recordOf(2, { status: 500 }), recordOf(3)])
      const { rows } = await store.reader.list(ALL, { before: null, limit: 10 })
      expect(rows.map((row) => [row.id, row.status])).toEqual([
        [idOf(3), 200],
        [idOf(2), 200],
        [idOf(1), 200],
      ])
    })

    test('takes ids that are no UUIDs', async () => {
      const record = recordOf(1, { id: 'mine', episodeId: 'NOT-a-uuid' })
      await store.write([record])
      expect((await store.reader.get('mine'))?.episodeId).toBe('NOT-a-uuid')
      expect(await idsOf(where('episode', 'NOT-*'))).toEqual(['mine'])
    })

    test('pages through ten thousand rows, each once, newest first', async () => {
      // Without texts: it is their number that matters here, and some engines copy those.
      const records = Array.from({ length: 10_001 }, (_, index) =>
        recordOf(index + 1, { input: [] }),
      )
      await store.write(records)
      const seen: string[] = []
      let before: number | null = null
      do {
        const page: Awaited<ReturnType<Reads['list']>> = await store.reader.list(ALL, {
          before,
          limit: 777,
        })
        seen.push(...page.rows.map((row) => row.id))
        before = page.next
      } while (before !== null)
      expect(seen).toEqual(records.map((record) => record.id).toReversed())
      expect(await store.reader.count(ALL)).toEqual({ count: 10_000, exact: false })
      const some = { terms: [], to: FIRST_MS + 10_001 * 1000 }
      expect(await store.reader.count(some)).toEqual({ count: 10_000, exact: true })
    })

    test('keeps pages still while rows arrive', async () => {
      await store.write([1, 2, 3, 4].map((number) => recordOf(number)))
      const first = await store.reader.list(ALL, { before: null, limit: 2 })
      await store.write([recordOf(5)])
      const second = await store.reader.list(ALL, { before: first.next, limit: 2 })
      expect(second.rows.map((row) => row.id)).toEqual([idOf(2), idOf(1)])
      expect(second.next).toBeNull()
    })

    test('finds the neighbours under a filter', async () => {
      const models = ['a', 'b', 'a', 'b', 'a']
      await store.write(
        models.map((model, index) => recordOf(index + 1, { model, requestedModel: model })),
      )
      const filter = where('model', 'a')
      expect(await store.reader.neighbours(idOf(3), filter)).toEqual({
        newer: idOf(5),
        older: idOf(1),
      })
      expect(await store.reader.neighbours(idOf(5), filter)).toEqual({
        newer: null,
        older: idOf(3),
      })
    })

    test('finds rows by when they began, though they arrived in another order', async () => {
      const starts = [9, 1, 5, 3, 7].map((hour) => FIRST_MS + hour * 3_600_000)
      await store.write(
        starts.map((startedAt, index) => recordOf(index, { id: idOf(index), startedAt })),
      )
      const from = FIRST_MS + 3 * 3_600_000
      const to = FIRST_MS + 7 * 3_600_000
      expect(await idsOf({ terms: [], from, to })).toEqual([idOf(3), idOf(2)])
      expect(await idsOf({ terms: [], from: to })).toEqual([idOf(4), idOf(0)])
      expect(await idsOf({ terms: [], to: from })).toEqual([idOf(1)])
    })

    test('sums up a span in buckets', async () => {
      await store.write([
        recordOf(1, { ...at(0), latencyUs: 100, ttftUs: 10 }),
        recordOf(2, { ...at(999), latencyUs: 300, outcome: 'timeout', costNano: null }),
        recordOf(3, { ...at(1000), latencyUs: 200 }),
        recordOf(4, { ...at(4000), latencyUs: 900 }),
        // Nobody waited for it.
        recordOf(5, { ...at(1), latencyUs: 90_000, ttftUs: null, dialect: BATCH_DIALECT }),
      ])
      const span = { from: FIRST_MS, to: FIRST_MS + 4000, buckets: 4 }
      const overview = await store.reader.overview(ALL, span)
      expect(overview).toMatchObject({
        bucketMs: 1000,
        requests: 4,
        errors: 1,
        costNano: 3_000_000_000,
        latencyP95Us: 300,
        ttftP95Us: 10,
      })
      expect(overview.buckets.map(({ requests, errors }) => [requests, errors])).toEqual([
        [3, 1],
        [1, 0],
        [0, 0],
        [0, 0],
      ])
      expect(overview.buckets[2]).toEqual({
        startedAt: FIRST_MS + 2000,
        requests: 0,
        errors: 0,
        costNano: 0,
        latencyP95Us: null,
        ttftP95Us: null,
      })
    })

    test('refuses a search with more terms than anyone writes', async () => {
      await store.write([recordOf(1)])
      const [term] = where('model', 'a').terms
      const terms = Array.from({ length: 51 }, () => term).filter((each) => each !== undefined)
      await expect(store.reader.list({ terms }, { before: null, limit: 1 })).rejects.toMatchObject({
        code: 'invalid_request',
      })
    })
  })
}

function where(field: LogTerm['field'], value: string): LogFilter {
  return { terms: [{ field, op: '=', value, negated: false }] }
}

function backToRecord(stored: Awaited<ReturnType<Reads['get']>>): InferenceRecord | null {
  return stored && { ...stored.record, attempts: stored.attemptRecords }
}

/** A record with the same text wherever one can be. */
function textual(number: number, text: string): InferenceRecord {
  return recordOf(number, {
    functionName: text,
    variantName: text,
    requestedModel: text,
    model: text,
    errorMessage: text,
    tags: { [text]: text },
    warnings: [text],
    configHash: text,
    input: [{ role: 'user', content: [{ type: 'text', text }] }],
    tools: { [text]: text },
    params: text,
    output: [{ type: 'text', text }],
    rawRequest: text,
    inputPreview: text,
    outputPreview: text,
    attempts: [
      attemptOf(number, {
        provider: text,
        upstreamModel: text,
        url: text,
        errorMessage: text,
        finishRaw: text,
        rawRequest: text,
        rawResponse: text,
      }),
    ],
  })
}
