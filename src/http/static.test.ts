import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Assets, listAssets, openAsset } from './static.ts'

const folder = mkdtempSync(join(tmpdir(), 'weir-static-'))
let assets: Assets

beforeAll(async () => {
  const pages = join(folder, 'pages')
  mkdirSync(join(pages, 'assets'), { recursive: true })
  writeFileSync(join(folder, 'secret.json'), 'secret')
  writeFileSync(join(pages, 'index.html'), 'page')
  writeFileSync(join(pages, 'notes.txt'), 'a type that is not served')
  writeFileSync(join(pages, 'assets', 'app-1.js'), 'plain')
  writeFileSync(join(pages, 'assets', 'app-1.js.br'), 'brotli')
  writeFileSync(join(pages, 'assets', 'app-1.js.gz'), 'gzip')
  symlinkSync(join(folder, 'secret.json'), join(pages, 'link.json'))
  assets = await listAssets(pages)
})

afterAll(() => rmSync(folder, { recursive: true }))

async function read(path: string, accept = ''): Promise<[string, Record<string, string>]> {
  const asset = assets.get(path)
  if (!asset) throw new Error(`There is no ${path}.`)
  const { headers, stream } = openAsset(asset, accept)
  return [await text(stream), headers]
}

test('serves files by their path, with their type', async () => {
  const [page, headers] = await read('index.html')
  expect(page).toBe('page')
  expect(headers).toEqual({ 'content-type': 'text/html; charset=utf-8', vary: 'accept-encoding' })
})

test.each([
  ['', 'plain', undefined],
  ['gzip', 'gzip', 'gzip'],
  ['gzip, deflate, br, zstd', 'brotli', 'br'],
  ['br;q=1.0, gzip;q=0.5', 'brotli', 'br'],
  ['zstd', 'plain', undefined],
])('who accepts %j gets %s', async (accept, expected, encoding) => {
  const [content, headers] = await read('assets/app-1.js', accept)
  expect(content).toBe(expected)
  expect(headers['content-encoding']).toBe(encoding)
  expect(headers['content-type']).toBe('text/javascript; charset=utf-8')
})

test.each([
  '../secret.json',
  'assets/../../secret.json',
  '..%2fsecret.json',
  '/index.html',
  './index.html',
  'assets//app-1.js',
  'assets',
  'assets/',
  '',
  'link.json',
  'notes.txt',
  'assets/app-1.js.br',
  'index.html\0.js',
  '__proto__',
  'constructor',
])('there is nothing at %j', (path) => {
  expect(assets.get(path)).toBeUndefined()
})

test('a folder that is not there is an error', async () => {
  await expect(listAssets(join(folder, 'none'))).rejects.toThrow('ENOENT')
})
