import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { acme, fakeProviders, complaints, loadTexts } from './fakes.ts'
import { loadConfig } from './load.ts'
import { ConfigError } from './problems.ts'

let directory = ''

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'weir-config-'))
})

afterEach(() => rmSync(directory, { recursive: true }))

function write(name: string, text: string | Uint8Array): void {
  const path = join(directory, name)
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, text)
}

async function namesFrom(pattern: string): Promise<readonly string[]> {
  const sources = [join(directory, pattern)]
  const { config } = await loadConfig({ sources, env: {}, providers: fakeProviders })
  return config.modelNames
}

function problemsFrom(...patterns: string[]): Promise<unknown> {
  const sources = patterns.map((pattern) => join(directory, pattern))
  return loadConfig({ sources, env: {}, providers: fakeProviders }).then(
    () => [],
    (thrown: unknown) => (thrown instanceof ConfigError ? thrown.problems : thrown),
  )
}

const model = (name: string) =>
  `[models.${name}]\nrouting = ["p"]\nproviders.p = { type = "stage", model_name = "x" }\n`

test.each([
  ['one.toml', ['one']],
  ['*.toml', ['one', 'two']],
  ['?wo.toml', ['two']],
  ['**/*.toml', ['deep', 'one', 'side', 'two']],
  ['*/*.toml', ['side']],
  ['{one,sub/side}*.toml', ['one', 'side']],
])('F001 F003 %s finds the models %j', async (pattern, names) => {
  write('one.toml', model('one'))
  write('two.toml', model('two'))
  write('sub/side.toml', model('side'))
  write('sub/deeper/deep.toml', model('deep'))
  write('three.txt', model('three'))
  expect(await namesFrom(pattern)).toEqual(names)
})

test('a name with wildcards that is a file stands for that file', async () => {
  write('odd[1].toml', model('odd'))
  expect(await namesFrom('odd[1].toml')).toEqual(['odd'])
})

test('a file that two patterns find is read once', async () => {
  write('one.toml', model('one'))
  expect(await problemsFrom('one.toml', '*.toml')).toEqual([])
})

test('F002 a pattern without files is an error', async () => {
  expect(await problemsFrom('*.nothing')).toMatchObject([
    {
      code: 'no_files',
      message: expect.stringContaining('no files matched the pattern'),
      help: 'ensure that the path exists and contains at least one file',
    },
  ])
})

test('what cannot be read is an error, and says why', async () => {
  write('bytes.toml', Uint8Array.of(0x61, 0xff))
  mkdirSync(join(directory, 'directory'))
  expect(await problemsFrom('absent.toml', 'bytes.toml', 'directory')).toMatchObject([
    { code: 'unreadable_file', message: 'cannot read this file: there is no such file' },
    { code: 'unreadable_file', message: 'cannot read this file: it is not UTF-8 text' },
    { code: 'unreadable_file', message: 'cannot read this file: it is a directory' },
  ])
})

test('a byte order mark is no part of the text', async () => {
  write('marked.toml', `\uFEFF${model('marked')}`)
  expect(await namesFrom('marked.toml')).toEqual(['marked'])
})

test('F002 tables of several files are put together, however they are split', async () => {
  const { config } = await loadTexts({
    'a.toml': '[models.m]\nrouting = ["p", "q"]\n[models.m.providers.p]\ntype = "stage"',
    'b.toml': 'models.m.providers.p.model_name = "x"',
    'c.toml': '[models.m.providers.q]\ntype = "acme"\nmodel_name = "y"\n[gateway]\ndebug = true',
  })
  expect(config.model('m')?.targets.map(({ provider }) => provider.type)).toEqual(['stage', 'acme'])
  expect(config.model('m')?.targets[1]?.provider).toBe(acme)
  expect(config.gateway.debug).toBe(true)
  expect(config.files).toHaveLength(3)
})

test('F002 a value in two files is an error at the second, which names the first', async () => {
  const texts = { 'a.toml': '[gateway]\ndebug = true', 'b.toml': '# b\n[gateway]\ndebug = true' }
  expect(await complaints(texts)).toMatchInlineSnapshot(`
    "error \`gateway.debug\` is already set in a.toml
      --> b.toml:3:1
       1 | # b
       2 | [gateway]
       3 | debug = true
         | ^^^^^
         = help: keep it in a.toml or b.toml, not in both"
  `)
})

test('F002 a list in two files is an error too', async () => {
  const texts = {
    'a.toml': '[[rate_limiting.rules]]\nalways = true',
    'b.toml': '[[rate_limiting.rules]]\nalways = true',
  }
  expect(await complaints(texts)).toContain('`rate_limiting.rules` is already set in a.toml')
})

test('a table in one file and a value in another cannot be merged', async () => {
  const texts = { 'a.toml': '[gateway.debug]\nx = 1', 'b.toml': '[gateway]\ndebug = true' }
  expect(await complaints(texts)).toContain(
    'cannot merge `gateway.debug`: it is a value here and a table in a.toml',
  )
})
