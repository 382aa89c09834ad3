import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { closePage, openBrowser, openPage } from './browser.ts'
import type { OpenPage } from './browser.ts'
import { fakeDetail, fakeRow, fakeRunning, idOf } from './fake-data.ts'
import { FakeServer } from './fake-server.ts'

let browser: Browser
let server: FakeServer
let origin: string
let page: Page
let opened: OpenPage

beforeAll(async () => {
  browser = await openBrowser()
})
afterAll(() => browser.close())
beforeEach(async () => {
  server = new FakeServer()
  origin = await server.listen()
  opened = await openPage(browser, origin)
  page = opened.page
})
afterEach(async () => {
  server.close()
  await closePage(opened)
})

test('shows the facts, each attempt, the talk and the tools of a request', async () => {
  await page.goto(`/ui/i/${idOf(3)}`)
  await page.waitForURL(`**/ui/logs/${idOf(3)}`)
  await page.getByRole('heading', { level: 1 }).waitFor()
  const facts = await page.locator('.facts').innerText()
  expect(facts).toContain('2.84')
  expect(facts).toContain('1,536 cached, 128 reasoning')
  const timeline = page.getByRole('region', { name: 'Timeline' })
  expect(await timeline.innerText()).toContain('quota exceeded')
  expect(await timeline.locator('.bar-failed').count()).toBe(1)
  expect(await page.locator('.tool').getByText('create_credit_note').isVisible()).toBe(true)
  // The result stands beside its call, not in a message of its own.
  expect(await page.getByText('CN-5512').count()).toBe(2)
  const open = await page.evaluate(
    "[...document.querySelectorAll('details.reasoning')].map((one) => one.open)",
  )
  expect(open).toEqual([false, true])
})

test('tabs follow the bracket keys and stand in the address', async () => {
  await page.goto(`/ui/logs/${idOf(3)}`)
  await page.getByRole('tab', { name: 'Conversation' }).waitFor()
  await page.keyboard.press(']')
  await page.getByText('12345678901234567890').waitFor()
  await page.keyboard.press(']')
  await expect.poll(() => page.url()).toContain('tab=response')
  await page.getByText('token 0').waitFor()
  // 214 events of two lines each: only those in view are in the page.
  expect(await page.locator('.raw-line').count()).toBeLessThan(120)
  await page.getByLabel('Which text').selectOption('0')
  await page.getByText('"quota exceeded"').waitFor()
  await page.keyboard.press('[')
  await page.getByRole('tab', { name: 'Attempts' }).click()
  await page.getByText('api.openai.com').waitFor()
})

test('j and k go through the same query and keep the tab', async () => {
  await page.goto(`/ui/logs/${idOf(3)}?q=status:error&tab=attempts`)
  await page.getByText('api.openai.com').waitFor()
  await page.keyboard.press('j')
  await page.waitForURL(`**/${idOf(4)}?q=status:error&tab=attempts`)
  await expect.poll(() => page.getByText('api.openai.com').count()).toBe(1)
  expect(server.seen.some((one) => one.includes(`${idOf(4)}/neighbours?q=status%3Aerror`))).toBe(
    true,
  )
  await page.waitForTimeout(100)
  await page.keyboard.press('k')
  await page.waitForURL(`**/${idOf(3)}?q=status:error&tab=attempts`)
})

test('y and a letter copy the request as curl', async () => {
  const detail = fakeDetail(fakeRow(3, Date.now()))
  server.details.set(detail.id, { ...detail, raw_request: '{"say":"it\'s"}' })
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
  await page.goto(`/ui/logs/${detail.id}`)
  await page.getByRole('button', { name: 'Copy', exact: true }).waitFor()
  await page.keyboard.press('y')
  await page.getByRole('menuitem', { name: 'curl' }).waitFor()
  await page.keyboard.press('c')
  await page.getByText('Copied').waitFor()
  const copied = String(await page.evaluate('navigator.clipboard.readText()'))
  expect(copied).toContain(`curl '${origin}/openai/v1/chat/completions'`)
  expect(copied).toContain(`'{"say":"it'\\''s"}'`)
})

test('a running request streams here too, and turns into the stored one when it ends', async () => {
  const running = fakeRunning(idOf(-1), Date.now())
  server.running = [running]
  await page.goto(`/ui/logs/${running.id}`)
  await expect.poll(() => server.watched.at(-1) ?? '').toContain(running.id)
  server.send({
    type: 'delta',
    id: running.id,
    text: 'As it comes',
    reasoning: '',
    latency_ms: 300,
  })
  await page.getByText('As it comes').waitFor()
  server.end({ ...fakeRow(0, Date.now()), id: running.id })
  await page.getByRole('tab', { name: 'Conversation' }).waitFor()
})

test('an id that is not there says so', async () => {
  await page.goto(`/ui/logs/${idOf(5000)}`)
  await page.getByText('There is no inference with this id.').waitFor()
  await page.getByRole('link', { name: 'Back to the log' }).click()
  await expect.poll(() => page.locator('.rows .row').count()).toBeGreaterThan(5)
})

test('a text of millions of characters does not hold up the page', async () => {
  const detail = fakeDetail(fakeRow(3, Date.now()))
  const big = '{"a":["x"]}, '.repeat(300_000)
  const attempts = detail.attempt_list.map((attempt) => ({ ...attempt, raw_response: big }))
  server.details.set(detail.id, {
    ...detail,
    attempt_list: attempts,
    output: [{ type: 'text', text: big }],
  })
  await page.goto(`/ui/logs/${detail.id}?tab=response`)
  await page.locator('.raw-line').first().waitFor()
  expect(await page.locator('.raw-line').count()).toBeLessThan(120)
  await page.getByRole('tab', { name: 'Conversation' }).click()
  await page.locator('.message.output .raw-line').first().waitFor()
})

test('the first request ever turns the welcome into the live log', async () => {
  server.seenFirstRequest = false
  await page.goto('/ui')
  await page.getByText('Waiting for your first request').waitFor()
  expect(await page.getByRole('tabpanel').innerText()).toContain(`${origin}/openai/v1`)
  await page.getByRole('tab', { name: 'curl' }).click()
  expect(await page.getByRole('tabpanel').innerText()).toContain('"model": "demo::echo"')
  server.seenFirstRequest = true
  server.start(fakeRunning(idOf(-1), Date.now()))
  await page.waitForURL('**/ui/logs')
  await page.locator(`[data-id="${idOf(-1)}"]`).waitFor()
})

test('the demo button sends a streaming request', async () => {
  server.seenFirstRequest = false
  await page.goto('/ui')
  await page.getByRole('button', { name: 'Send a demo request' }).click()
  await page.waitForURL('**/ui/logs')
  expect(server.seen).toContain('POST /openai/v1/chat/completions')
})

test('home is the log once there was a request', async () => {
  await page.goto('/ui')
  await expect.poll(() => page.url()).toBe(`${origin}/ui/logs`)
})
