import { expect, test } from 'vitest'
import { parseParent, parseRssKib, parseRunUs, parseTicksUs, readCpu, readRssMib } from './cpu.ts'

const stat = '712 (a) b (node) S 709 712 709 0 -1 4194304 9 0 0 0 150 25 0 0 20 0 11 0 1 2 3'

test('a name with spaces and brackets does not shift the fields after it', () => {
  expect(parseParent(stat)).toBe(709)
  expect(parseTicksUs(stat)).toBe(1_750_000)
})

test('nanoseconds and kilobytes are read as the kernel writes them', () => {
  expect(parseRunUs('289881000 80049 2\n')).toBe(289_881)
  expect(parseRssKib('Name:\tnode\nVmHWM:\t  90000 kB\nVmRSS:\t   88888 kB\n')).toBe(88_888)
})

test('a process that is gone has used nothing and holds nothing', () => {
  expect(readCpu(2 ** 22 + 1)).toEqual({ mainUs: 0, treeUs: 0 })
  expect(readRssMib(2 ** 22 + 1)).toBe(0)
  expect(parseRssKib('')).toBe(0)
})
