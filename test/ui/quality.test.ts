import { readdir, stat } from 'node:fs/promises'
import axe from 'axe-core'
import { fileURLToPath } from 'node:url'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openBrowser, openPage } from './browser.ts'
import { fakeRunning, idOf } from './fake-data.ts'
import { FakeServer } from './fake-server.ts'

const DIST = fileURLToPath(new URL('../../dist/ui/', import.meta.url))

let browser: Browser
let server: FakeServer
let origin: string

beforeAll(async () => {
  browser = await openBrowser()
  server = new FakeServer()
  // Enough to look at; axe walks every element.
  server.total = 12
  server.running = [fakeRunning(idOf(-1), Date.now())]
  origin = await server.listen()
})
afterAll(async () => {
  await browser.close()
  server.close()
})

const PAGES = [
  ['the log', '/ui/logs', '.rows .row'],
  ['the peek', `/ui/logs?peek=${idOf(2)}`, '.peek .chip'],
  ['a running peek', `/ui/logs?peek=${idOf(-1)}`, '.peek .caret'],
  ['an inference', `/ui/logs/${idOf(3)}`, '.message.output'],
  ['a raw response', `/ui/logs/${idOf(3)}?tab=response`, '.raw-line'],
  ['the attempts', `/ui/logs/${idOf(3)}?tab=attempts`, '.attempt'],
  ['a missing inference', `/ui/logs/${idOf(5000)}`, '.notice'],
  ['the functions', '/ui/functions', '.figures a'],
  ['a function', '/ui/functions/answer_customer', '.interval circle'],
  ['a function without feedback', '/ui/functions/quiet', '.throughput'],
  ['a missing function', '/ui/functions/none', '.notice'],
  ['the welcome', '/ui', '.welcome-grid'],
] as const

/** Every pair of width, theme and language; all three together would be as many again. */
const VIEWS = [
  { width: 390, theme: 'light', language: 'en' },
  { width: 390, theme: 'dark', language: 'zh-TW' },
  { width: 1440, theme: 'light', language: 'zh-TW' },
  { width: 1440, theme: 'dark', language: 'en' },
] as const

test.each(VIEWS)(
  'every page passes axe and fits at $width px, $theme, $language',
  async (view) => {
    const { page, problems } = await openPage(browser, origin, view)
    for (const [name, path, ready] of PAGES) {
      server.seenFirstRequest = name !== 'the welcome'
      await page.goto(path)
      await page.locator(ready).first().waitFor()
      const wide = await page.evaluate('document.documentElement.scrollWidth - window.innerWidth')
      expect({ name, wide }).toEqual({ name, wide: 0 })
      expect({ name, found: await violations(page) }).toEqual({ name, found: [] })
      expect({ name, problems }).toEqual({ name, problems: [] })
    }
    await page.context().close()
  },
  120_000,
)

test('the keys help and the palette pass axe', async () => {
  server.seenFirstRequest = true
  const { page } = await openPage(browser, origin)
  await page.goto('/ui/logs')
  await page.locator('.rows .row').first().waitFor()
  await page.keyboard.press('?')
  await page.getByRole('dialog').waitFor()
  expect(await violations(page)).toEqual([])
  await page.keyboard.press('Escape')
  await page.keyboard.press('Control+k')
  await page.getByRole('combobox', { name: 'Jump to' }).waitFor()
  expect(await violations(page)).toEqual([])
  await page.context().close()
})

test('what can be touched at 390 px is at least 24 px high', async () => {
  server.seenFirstRequest = true
  const { page } = await openPage(browser, origin, { width: 390 })
  await page.goto(`/ui/logs/${idOf(3)}`)
  await page.locator('.message.output').waitFor()
  const small = await page.evaluate(
    "[...document.querySelectorAll('button, .nav, select, summary')].filter((one) => one.checkVisibility() && one.getBoundingClientRect().height < 24).map((one) => one.outerHTML)",
  )
  expect(small).toEqual([])
  await page.context().close()
})

test('the bones of the page are there before any script has run', async () => {
  const { page } = await openPage(browser, origin)
  await page.route('**/*.js', (route) => route.abort())
  await page.goto('/ui/logs')
  expect(await page.locator('nav').innerText()).toContain('Logs')
  expect(await page.locator('.shell-lines').isVisible()).toBe(true)
  await page.context().close()
})

test('the first route needs at most 170 KB of script, another 60 KB, all 1.2 MB, compressed', async () => {
  const loaded = await scriptsOf('/ui/logs', '.rows .row')
  expect(await gzipSize(loaded)).toBeLessThanOrEqual(170_000)
  const others = await scriptsOf(`/ui/logs/${idOf(3)}`, '.message.output')
  expect(await gzipSize(others.filter((name) => !loaded.includes(name)))).toBeLessThanOrEqual(
    60_000,
  )
  const all = await readdir(`${DIST}assets`)
  const styles = all.filter((name) => name.endsWith('.css'))
  expect(await gzipSize(styles)).toBeLessThanOrEqual(12_000)
  expect(await gzipSize(all.filter((name) => /\.(?:css|js)$/.test(name)))).toBeLessThanOrEqual(
    1_200_000,
  )
  const fonts = all.filter((name) => name.endsWith('.woff2'))
  const sizes = await Promise.all(
    fonts.map(async (name) => (await stat(`${DIST}assets/${name}`)).size),
  )
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(90_000)
})

async function scriptsOf(path: string, ready: string): Promise<string[]> {
  server.seenFirstRequest = true
  const { page } = await openPage(browser, origin)
  const names: string[] = []
  page.on('request', (request) => {
    const name = /assets\/(.*\.js)$/.exec(request.url())?.[1]
    if (name !== undefined) names.push(name)
  })
  await page.goto(path)
  await page.locator(ready).first().waitFor()
  await page.context().close()
  return names
}

async function gzipSize(names: readonly string[]): Promise<number> {
  const sizes = await Promise.all(
    names.map(async (name) => (await stat(`${DIST}assets/${name}.gz`)).size),
  )
  return sizes.reduce((sum, size) => sum + size, 0)
}

type Evaluate = (expression: string) => Promise<unknown>

/** Through the debugger, which the page's policy does not bind. */
async function violations(page: { evaluate: Evaluate }): Promise<unknown> {
  await page.evaluate(axe.source)
  return page.evaluate(
    "axe.run(document, { resultTypes: ['violations'] }).then((result) => result.violations.map((one) => one.id + ': ' + one.nodes.map((node) => node.html.slice(0, 160) + ' ' + node.failureSummary).join('; ')))",
  )
}
