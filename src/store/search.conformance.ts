import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parseLogQuery } from '../domain/log-query-parser.ts'
import type { InferenceRecord } from '../domain/record.ts'
import { recordOf } from './fixtures/records.ts'
import type { TestStore } from './store.conformance.ts'

const FAR = 'lorem ipsum '.repeat(2000)

/** What stands deep in what was asked and answered is found too. */
export function describeSearch(name: string, open: () => Promise<TestStore>): void {
  describe(`search of whole texts on ${name}`, () => {
    let store: TestStore
    beforeAll(async () => {
      store = await open()
      await store.write(written())
    })
    afterAll(() => store.close())

    /** The numbers of the records found, over as many pages as it takes. */
    const find = async (q: string, limit = 1000) => {
      const { filter } = parseLogQuery(q)
      const numbers: number[] = []
      for (let before: number | null = null; ;) {
        const { rows, next } = await store.reader.list(filter, { before, limit })
        numbers.push(...rows.map(({ startedAt }) => (startedAt - recordOf(0).startedAt) / 1000))
        if (next === null) return numbers
        before = next
      }
    }

    test.each([
      ['a word deep in an input, in another case', 'REFUND', [101]],
      ['a word deep in an output', 'WaRRanty', [102]],
      ['Chinese', '退款申请', [103]],
      ['words over an escaped line break', '"first line\nsecond"', [104]],
      ['a quote and a backslash', String.raw`"C:\\temp \"new\""`, [105]],
      ['what a tool was called with', 'Lisbon', [106]],
      ['what a template was given', 'Heidelberg', [107]],
      ['with a function', 'function:support common', [109, 108]],
      ['with another function', 'function:triage common', [110]],
      ['one word and not the other', 'common -special', [110, 108]],
      ['two words of which one is in the preview', 'common "answer 109"', [109]],
      ['no words of a raw request', 'hiddenword', []],
      ['no names of JSON', 'content', []],
      ['no kinds of blocks', 'tool_call', []],
      ['no letters of escapes', 'nsecond', []],
      ['nothing that is nowhere', 'unheardof', []],
    ])('finds %s', async (_, q, numbers) => {
      expect(await find(q)).toEqual(numbers)
      expect(await find(q, 1)).toEqual(numbers)
    })

    test('goes over many segments, newest first, page by page', async () => {
      const every = Array.from({ length: 100 }, (_, index) => 99 - index)
      expect(await find('needle')).toEqual(every)
      expect(await find('needle', 7)).toEqual(every)
      expect(await find('needle -"needle 50 "')).toEqual(every.filter((number) => number !== 50))
    })

    test('counts what it finds, and finds neighbours', async () => {
      const { filter } = parseLogQuery('common')
      const { count, exact } = await store.reader.count(filter)
      expect(count).toBeLessThanOrEqual(3)
      expect(count === 3 || !exact).toBe(true)
      expect(await store.reader.neighbours(recordOf(109).id, filter)).toEqual({
        newer: recordOf(110).id,
        older: recordOf(108).id,
      })
    })
  })
}

function written(): InferenceRecord[] {
  return [
    ...Array.from({ length: 100 }, (_, number) => asked(number, `a needle ${number} of many`)),
    asked(101, 'please refund me'),
    answered(102, 'the Warranty ends'),
    answered(103, '我要提交退款申请，谢谢'),
    asked(104, 'First line\nsecond line'),
    asked(105, String.raw`in C:\temp "new" files`),
    recordOf(106, {
      output: [{ type: 'tool_call', id: 'c1', name: 'weather', arguments: '{"city":"Lisbon"}' }],
    }),
    recordOf(107, {
      native: {
        type: 'chat',
        input: { messages: [], system: { city: 'Heidelberg' } },
        output: [],
        inference_params: {},
        extra_body: [],
      },
    }),
    asked(108, 'common', { functionName: 'support' }),
    answered(109, 'common and special', { functionName: 'support' }),
    answered(110, 'Common', { functionName: 'triage', rawRequest: '{"a":"hiddenword"}' }),
  ]
}

function asked(number: number, text: string, changes: Partial<InferenceRecord> = {}) {
  return recordOf(number, {
    input: [{ role: 'user', content: [{ type: 'text', text: FAR + text + FAR }] }],
    ...changes,
  })
}

function answered(number: number, text: string, changes: Partial<InferenceRecord> = {}) {
  return recordOf(number, { output: [{ type: 'text', text: FAR + text }], ...changes })
}
