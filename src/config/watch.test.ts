import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { fakeProviders } from './fakes.ts'
import { readFromDisk } from './files.ts'
import { loadConfig } from './load.ts'
import { watchConfig } from './watch.ts'
import type { ConfigWatch } from './watch.ts'

const model = (name: string, upstream = 'x') =>
  `[models.${name}]\nrouting = ["p"]\nproviders.p = { type = "stage", model_name = "${upstream}" }\n`

let directory = ''
let watch: ConfigWatch | undefined
let reports: string[] = []
let reads = 0

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'weir-watch-'))
  reports = []
  reads = 0
})

afterEach(() => {
  watch?.close()
  rmSync(directory, { recursive: true })
})

function write(name: string, text: string): void {
  writeFileSync(join(directory, name), text)
}

function readFile(path: string): Promise<string> {
  reads++
  return readFromDisk(path)
}

/** Watches, and notes each report in a line. */
async function start(pattern: string): Promise<void> {
  const load = { sources: [join(directory, pattern)], env: {}, providers: fakeProviders, readFile }
  const { config } = await loadConfig(load)
  watch = watchConfig({
    load,
    current: config,
    quietMs: 20,
    onChange: (next, summary) => reports.push(`${summary}: ${next.modelNames.join(' ')}`),
    onError: (problems) => reports.push(problems.map(({ code }) => code).join(' ')),
  })
}

/** The reports, once there are so many. */
async function reported(count: number): Promise<readonly string[]> {
  await vi.waitFor(() => expect(reports).toHaveLength(count), { timeout: 10_000, interval: 10 })
  return reports
}

test('a valid change is swapped in and told in a line', async () => {
  write('weir.toml', model('a'))
  await start('weir.toml')
  write('weir.toml', model('a', 'y') + model('b'))
  expect(await reported(1)).toEqual(['+1 model, a changed: a b'])
})

test('an invalid change leaves the old one and is told once, until it is valid again', async () => {
  write('weir.toml', model('a'))
  await start('weir.toml')
  write('weir.toml', 'gateway.debug = 3')
  expect(await reported(1)).toEqual(['wrong_type'])
  write('weir.toml', 'gateway.debug = 3')
  write('weir.toml', 'gateway.debug = ')
  expect(await reported(2)).toEqual(['wrong_type', 'syntax'])
  write('weir.toml', model('a'))
  expect(await reported(3)).toEqual(['wrong_type', 'syntax', 'nothing changed: a'])
})

test('an editor may put another file in the place of the old one, again and again', async () => {
  write('weir.toml', model('a'))
  await start('weir.toml')
  for (const [index, name] of ['b', 'c'].entries()) {
    write('.weir.toml.swp', model(name))
    renameSync(join(directory, '.weir.toml.swp'), join(directory, 'weir.toml'))
    await reported(index + 1)
  }
  expect(reports).toEqual(['+1 model, -1 model: b', '+1 model, -1 model: c'])
})

test('a file that comes or goes counts where a pattern finds it', async () => {
  write('a.toml', model('a'))
  await start('*.toml')
  write('b.toml', model('b'))
  expect(await reported(1)).toEqual(['+1 model: a b'])
  rmSync(join(directory, 'b.toml'))
  expect(await reported(2)).toEqual(['+1 model: a b', '-1 model: a'])
})

test('other files in the directory, and comments, change nothing', async () => {
  write('weir.toml', model('a'))
  await start('weir.toml')
  write('weir.db-wal', 'x')
  write('weir.toml', `# hello\n${model('a')}`)
  await vi.waitFor(() => expect(reads).toBe(2), { timeout: 10_000 })
  write('weir.toml', 'gateway.debug = true')
  expect(await reported(1)).toEqual(['-1 model, gateway changed: '])
  expect(reads).toBe(3)
})

test('a reload that is asked for looks at everything again and always reports', async () => {
  write('weir.toml', 'provider_types.acme.defaults.api_key_location = "env::KEY"')
  await start('weir.toml')
  await watch?.reload()
  write('weir.toml', 'gatewy.debug = true')
  await watch?.reload()
  await watch?.reload()
  expect(reports).toEqual(['nothing changed: ', 'unknown_key', 'unknown_key'])
})

test('after its end nothing is reported, not even what was under way', async () => {
  write('weir.toml', model('a'))
  await start('weir.toml')
  write('weir.toml', model('b'))
  const reloading = watch?.reload()
  watch?.close()
  await reloading
  expect(reports).toEqual([])
})

test('files that the configuration names are followed too, also while they are wrong', async () => {
  const variant =
    'type = "chat_completion"\nmodel = "stage::m"\ntemplates.user.path = "texts/u.txt"'
  write(
    'weir.toml',
    `${model('a')}[functions.f]\ntype = "chat"\n[functions.f.variants.v]\n${variant}`,
  )
  mkdirSync(join(directory, 'texts'))
  write('texts/u.txt', 'one')
  await start('weir.toml')
  write('texts/u.txt', 'two')
  expect(await reported(1)).toEqual(['functions changed: a'])
  write('texts/u.txt', '{% if')
  expect((await reported(2)).at(-1)).toBe('bad_template')
  rmSync(join(directory, 'texts/u.txt'))
  expect((await reported(3)).at(-1)).toBe('bad_file')
  write('texts/u.txt', 'three')
  expect((await reported(4)).at(-1)).toBe('functions changed: a')
})
