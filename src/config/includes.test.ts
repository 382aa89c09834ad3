import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { remarks, loadTexts } from './fakes.ts'
import { readFromDisk } from './files.ts'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'weir-includes-'))
})
afterEach(() => {
  rmSync(folder, { recursive: true })
})

const write = (texts: Record<string, string>) => {
  for (const [name, text] of Object.entries(texts)) {
    const file = join(folder, name)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, text)
  }
}
const onDisk = () => ({ sources: [join(folder, '**/*.toml')], readFile: readFromDisk })
const access = '[gateway.template_filesystem_access]\nbase_path = "parts"\n'
const f = (path: string) => `[functions.f]
type = "chat"
[functions.f.variants.v]
type = "chat_completion"
model = "stage::m"
templates.user.path = "${path}"
`

const load = async () => (await loadTexts({}, onDisk())).config
const render = async (args = {}) => {
  const variant = (await load()).functions.get('f')?.variants.get('v')
  return variant !== undefined && 'templates' in variant
    ? variant.templates.get('user')?.render(args)
    : undefined
}

test('F004 F018 paths count from the file that says them, and so does the directory of includes', async () => {
  write({
    'main/weir.toml': access,
    'main/parts/head.txt': 'H{% include "deep/more.txt" %}',
    'main/parts/deep/more.txt': '{{ a }}',
    'other/f.toml': f('../texts/user.txt'),
    'texts/user.txt': '{% include "head.txt" %}!',
  })
  expect(await render({ a: 1 })).toBe('H1!')
  const { referencedFiles } = await load()
  expect(referencedFiles).toEqual(
    ['texts/user.txt', 'main/parts/head.txt', 'main/parts/deep/more.txt'].map((name) =>
      join(folder, name),
    ),
  )
})

test('F008 F018 an included text is part of what the hash stands for', async () => {
  write({
    'a.toml': access + f('user.txt'),
    'user.txt': '{% include "head.txt" %}',
    'parts/head.txt': 'one',
  })
  const { hash } = await load()
  write({ 'parts/head.txt': 'two' })
  expect((await load()).hash).not.toBe(hash)
  write({ 'parts/head.txt': 'one' })
  expect((await load()).hash).toBe(hash)
})

test.each([
  [
    access,
    '{% include name %}',
    'error',
    "dynamic include: the template's name must be written out",
  ],
  [
    '',
    '{% include name %}',
    'warning',
    'Could not load template: include of a template by a computed name',
  ],
  ['', '{% from "m.txt" import a %}', 'warning', "Could not load template: from import of 'm.txt'"],
  [access, '{% include "no.txt" %}', 'warning', "Could not load template 'no.txt'"],
  [
    access,
    '{% include "../a.toml" %}',
    'warning',
    'it is not below `gateway.template_filesystem_access.base_path`',
  ],
  [access, '{% include "/etc/hosts" %}', 'warning', 'it is not below'],
])('F019 with %s the template %s brings an %s', async (head, text, severity, message) => {
  write({ 'a.toml': head + f('user.txt'), 'user.txt': text })
  const found = await remarks({}, onDisk())
  expect(found).toHaveLength(1)
  expect(found[0]).toMatch(new RegExp(`^${severity} \\d+: user.txt`))
  expect(found[0]).toContain(message)
})

test('what may be missing may be missing', async () => {
  write({ 'a.toml': access + f('user.txt'), 'user.txt': '[{% include "no.txt" ignore missing %}]' })
  expect(await remarks({}, onDisk())).toEqual([])
  expect(await render()).toBe('[]')
})

test('a directory is no file, and bytes are no text', async () => {
  write({ 'a.toml': f('texts'), 'texts/x.txt': '' })
  expect(await remarks({}, onDisk())).toEqual([
    "error 6: Expected a file path, but 'texts' is a directory",
  ])
  write({ 'a.toml': f('bytes.txt') })
  writeFileSync(join(folder, 'bytes.txt'), Buffer.from([0xff, 0xfe]))
  expect(await remarks({}, onDisk())).toEqual([expect.stringContaining('it is not UTF-8 text')])
})

test('the configuration is kept as JSON with the texts of its files, and can be read again', async () => {
  write({ 'a.toml': f('user.txt'), 'user.txt': 'Hi' })
  expect((await load()).tables).toEqual({
    functions: {
      f: {
        type: 'chat',
        variants: {
          v: {
            type: 'chat_completion',
            model: 'stage::m',
            templates: { user: { path: { __tensorzero_remapped_path: 'user.txt', __data: 'Hi' } } },
          },
        },
      },
    },
  })
  const { hash } = await load()
  expect(hash).toMatch(/^\d{70,78}$/)
  const inline = '{ __tensorzero_remapped_path = "user.txt", __data = "Hi" }'
  write({ 'a.toml': f('X').replace('"X"', inline) })
  expect(await render()).toBe('Hi')
  expect((await load()).hash).toBe(hash)
})
