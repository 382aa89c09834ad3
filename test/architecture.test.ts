import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { expect, test } from 'vitest'
import { providers } from '../src/providers/index.ts'

/** The house, from the ground up. A room may use the rooms listed for it, and no others. */
const ROOMS: Record<string, readonly string[]> = {
  lib: [],
  domain: ['lib'],
  providers: ['domain', 'lib'],
  config: ['providers', 'domain', 'lib'],
  store: ['domain', 'lib'],
  access: ['domain', 'lib'],
  engine: ['config', 'providers', 'store', 'access', 'domain', 'lib'],
  ops: ['engine', 'config', 'store', 'domain', 'lib'],
  http: ['domain', 'lib'],
  api: ['ops', 'engine', 'http', 'store', 'domain', 'lib'],
}

/** The entrance, which wires the rooms together and may see them all. */
const ENTRANCE = new Set(['cli', 'main.ts'])

/** Packages that only one room may know of. */
const OWNED: Record<string, string> = {
  undici: 'lib',
  'eventsource-parser': 'lib',
  'minijinja-js': 'lib',
  ajv: 'lib',
  'ajv-formats': 'lib',
  '@noble/hashes/blake3.js': 'lib',
  'node:sqlite': 'store',
  pg: 'store',
  '@clickhouse/client': 'store',
  iovalkey: 'access',
  'smol-toml': 'config',
  'toml-eslint-parser': 'config',
  fastify: 'http',
  'node:http': 'http',
}

/** What runs code from data, or reaches out of the process by another way. */
const FORBIDDEN = [/\beval\(/, /new Function\(/, /node:vm/, /node:child_process/, /\bfetch\(/]

/** The few places where a failure may be caught: the request's path, threads, files, text. */
const MAY_CATCH =
  /^(lib|http|store|config|cli|engine\/(batches|call|attempts|infer|relay|stream)|api\/(deliver|read-body)|access|ops\/(datasets|import)|engine\/(decoding|functions\/(answer-task|candidates)))/

const src = join(import.meta.dirname, '../src')
const files = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter(
  (file) => /(?<!\.test|\.conformance)\.ts$/.test(file) && !file.includes('fixtures/'),
)
const textOf = (file: string) => readFileSync(join(src, file), 'utf8')
const roomOf = (file: string) => file.split('/')[0] ?? ''
const inRooms = files.filter((file) => !ENTRANCE.has(roomOf(file)))

test.each(inRooms)('%s stays within its room', (file) => {
  const room = roomOf(file)
  const broken = importsOf(file).filter((name) => {
    if (!name.startsWith('.')) return name in OWNED && OWNED[name] !== room
    const target = roomOf(relative(src, resolve(src, dirname(file), name)))
    return target !== room && !ROOMS[room]?.includes(target)
  })
  expect(broken).toEqual([])
})

test('every room is in the plan', () => {
  expect([...new Set(inRooms.map(roomOf))].toSorted()).toEqual(Object.keys(ROOMS).toSorted())
})

test('shared code never asks which provider it serves', () => {
  const names = new RegExp(`['"\`](${providers.map(({ type }) => type).join('|')})['"\`]`)
  const outside = files.filter((file) => roomOf(file) !== 'providers')
  expect(outside.filter((file) => names.test(textOf(file)))).toEqual([])
})

test('only the entrance reads the environment and the command line', () => {
  const reads = inRooms.filter((file) => /process\.(env|argv)/.test(textOf(file)))
  expect(reads).toEqual([])
})

test('nothing runs text as code or leaves the process by a side door', () => {
  const found = files.filter((file) => FORBIDDEN.some((pattern) => pattern.test(textOf(file))))
  expect(found).toEqual([])
})

test('failures are caught in few places', () => {
  const catching = files.filter((file) => /\bcatch\b/.test(textOf(file)))
  expect(catching.filter((file) => !MAY_CATCH.test(file))).toEqual([])
})

test('no file but the entrance and the worker entries runs at import', () => {
  const sideEffects = inRooms.filter((file) => /^import ['"]/m.test(textOf(file)))
  expect(sideEffects).toEqual([])
})

function importsOf(file: string): string[] {
  return [...textOf(file).matchAll(/(?:from|import) '([^']+)'/g)].map(([, name]) => name ?? '')
}
