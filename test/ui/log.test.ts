import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { closePage, openBrowser, openPage } from './browser.ts'
import type { OpenPage } from './browser.ts'
import { fakeRow, fakeRunning, idOf } from './fake-data.ts'
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

const rows = (): ReturnType<Page['locator']> => page.locator('.rows .row')
const openLog = async (path = '/ui/logs'): Promise<void> => {
  await page.goto(path)
  await rows().first().waitFor()
}

const scrollTo = (top: string): Promise<unknown> =>
  page.evaluate(`{ const table = document.querySelector('.log-table'); table.scrollTop = ${top} }`)
const address = (): string => decodeURIComponent(page.url())

test('shows the newest rows as a table of eight cells', async () => {
  await openLog()
  const first = rows().first()
  expect(await first.getAttribute('data-id')).toBe(idOf(1))
  expect(await first.getByRole('cell').count()).toBe(8)
  expect(await page.getByRole('columnheader').count()).toBe(8)
})

test('keeps few rows in the page however long the log is, and reads older ones on scrolling', async () => {
  await openLog()
  expect(await rows().count()).toBeLessThan(70)
  const last = page.locator(`[data-id="${idOf(1000)}"]`)
  const scrollOn = async (): Promise<number> => {
    await scrollTo('table.scrollHeight')
    return last.count()
  }
  await expect.poll(scrollOn, { timeout: 15_000 }).toBe(1)
  expect(await rows().count()).toBeLessThan(70)
})

test('a request is on top from its start, its text is seen while it streams, and it stays when it ends', async () => {
  await openLog()
  const running = fakeRunning(idOf(-1), Date.now())
  const startedAt = Date.now()
  server.start(running)
  const row = page.locator(`[data-id="${running.id}"]`)
  await row.waitFor()
  expect(Date.now() - startedAt).toBeLessThan(1_000)
  expect(await rows().first().getAttribute('data-id')).toBe(running.id)
  await expect.poll(() => server.watched.at(-1)).toContain(running.id)

  server.send({
    type: 'delta',
    id: running.id,
    text: 'The answer is',
    reasoning: '',
    latency_ms: 640,
  })
  await expect.poll(() => row.innerText()).toContain('The answer is')
  server.send({ type: 'delta', id: running.id, text: ' forty-two', reasoning: '', latency_ms: 740 })
  await expect.poll(() => row.innerText()).toContain('The answer is forty-two')

  server.end({ ...fakeRow(0, Date.now()), id: running.id, latency_ms: 812 })
  await expect.poll(() => row.innerText()).toContain('812 ms')
  expect(await row.innerText()).toContain('Succeeded')
})

test('new rows wait in a pill while the reader is further down, and nothing moves', async () => {
  await openLog()
  await scrollTo('600')
  await page.waitForTimeout(150)
  const before = await page.locator(`[data-id="${idOf(25)}"]`).boundingBox()
  server.start(fakeRunning(idOf(-1), Date.now()))
  server.start(fakeRunning(idOf(-2), Date.now()))
  const pill = page.getByRole('button', { name: '2 new' })
  await pill.waitFor()
  expect(await page.locator(`[data-id="${idOf(25)}"]`).boundingBox()).toEqual(before)
  await pill.click()
  await page.locator(`[data-id="${idOf(-2)}"]`).waitFor()
  expect(await pill.count()).toBe(0)
})

test('space pauses and goes on', async () => {
  await openLog()
  await page.keyboard.press('Space')
  await page.getByRole('button', { name: 'Paused' }).waitFor()
  server.start(fakeRunning(idOf(-1), Date.now()))
  await page.getByRole('button', { name: '1 new' }).waitFor()
  expect(await rows().first().getAttribute('data-id')).toBe(idOf(1))
  await page.keyboard.press('Space')
  await expect.poll(() => rows().first().getAttribute('data-id')).toBe(idOf(-1))
})

test('a filter goes to the address and to the server, and comes back from the address', async () => {
  server.matches.set('status:error latency:>2s', 3)
  await openLog()
  await page.keyboard.press('/')
  await page.keyboard.type('status:error latency:>2s')
  await page.keyboard.press('Enter')
  await expect.poll(() => rows().count()).toBe(3)
  expect(address()).toContain('q=status:error+latency:>2s')
  expect(server.seen.some((one) => one.includes('/live?q=status%3Aerror+latency'))).toBe(true)
  await page.reload()
  await expect.poll(() => rows().count()).toBe(3)
  expect(await page.getByRole('textbox', { name: 'Filter the log' }).inputValue()).toBe(
    'status:error latency:>2s',
  )
})

test('a refused query says why and loses no rows; correcting it takes the message away', async () => {
  server.refused.set('latency:>fast', 'latency needs a number, such as latency:>2s')
  await openLog()
  await page.getByRole('textbox').fill('latency:>fast')
  await page.keyboard.press('Enter')
  await page.getByText('latency needs a number').waitFor()
  expect(await rows().count()).toBeGreaterThan(5)
  server.start(fakeRunning(idOf(-1), Date.now()))
  await page.locator(`[data-id="${idOf(-1)}"]`).waitFor()
  await page.getByRole('button', { name: 'Clear the filter' }).click()
  await expect.poll(() => page.getByText('latency needs a number').count()).toBe(0)
})

test('saved views are plain links', async () => {
  await openLog()
  await page.getByRole('link', { name: 'Slow' }).click()
  await expect.poll(address).toContain('q=latency:>3s')
  expect(await page.getByRole('link', { name: 'Slow' }).getAttribute('aria-current')).toBe('page')
})

test('a filter that matches nothing says what there is without it', async () => {
  server.matches.set('model:none', 0)
  await page.goto('/ui/logs?q=model:none')
  await page.getByText('Without it there are 1,000').waitFor()
  await page.getByRole('link', { name: 'Clear the filter' }).click()
  await expect.poll(() => rows().count()).toBeGreaterThan(5)
})

test('the keys move, peek, open and close', async () => {
  await openLog()
  await page.keyboard.press('j')
  await page.keyboard.press('j')
  await page.keyboard.press('k')
  await page.keyboard.press('j')
  expect(await page.locator('[aria-selected=true]').getAttribute('data-id')).toBe(idOf(2))
  await page.keyboard.press('p')
  const peek = page.getByRole('complementary', { name: 'Selected request' })
  await peek.getByText('CN-5512').first().waitFor()
  await page.keyboard.press('Escape')
  await expect.poll(() => peek.count()).toBe(0)
  await page.keyboard.press('Enter')
  await page.waitForURL(`**/ui/logs/${idOf(2)}`)
})

test('peeking at a running request shows its stream, and can cancel it', async () => {
  const running = fakeRunning(idOf(-1), Date.now())
  server.running = [running]
  await openLog()
  await page.locator(`[data-id="${running.id}"] .preview`).click()
  const peek = page.getByRole('complementary', { name: 'Selected request' })
  await expect.poll(() => server.watched.at(-1) ?? '').toContain(running.id)
  server.send({
    type: 'delta',
    id: running.id,
    text: '',
    reasoning: 'Let me think',
    latency_ms: 300,
  })
  server.send({ type: 'delta', id: running.id, text: 'Hello', reasoning: '', latency_ms: 500 })
  await peek.getByText('Let me think').waitFor()
  await peek.getByText('Hello').waitFor()
  await peek.getByRole('button', { name: 'Cancel upstream' }).click()
  await page.getByText('Cancelled').waitFor()
  expect(server.cancelled).toEqual([running.id])
})

test('says that it is disconnected, and catches up when it is back', async () => {
  await openLog()
  server.isDown = true
  server.dropStreams()
  await page.getByText(/Disconnected for \d+ s/).waitFor()
  expect(await rows().count()).toBeGreaterThan(5)
  server.isDown = false
  server.rows.set(1, {
    ...fakeRow(1, server.startedAtMs),
    id: idOf(-5),
    function_name: 'missed_one',
  })
  await page.getByText('missed_one').waitFor({ timeout: 8_000 })
  await expect.poll(() => page.getByText(/Disconnected for/).count()).toBe(0)
})

test('a refused configuration and a sick store are told on every page', async () => {
  server.stats = {
    store: 'read_only',
    configError: 'error unknown key `modle`\n --> weir.toml:6:1',
  }
  await openLog()
  await page.getByText('the disk is full').waitFor()
  const told = await page.locator('.banner').allInnerTexts()
  expect(told.join(' ')).toContain('unknown key `modle`')
})

test('a log that cannot be read says so, and is read again on request', async () => {
  server.isBroken = true
  await page.goto('/ui/logs')
  await page.getByText('The log could not be read.').waitFor()
  await page.getByText('the index is damaged').waitFor()
  server.isBroken = false
  await page.getByRole('button', { name: 'Try again' }).click()
  await expect.poll(() => rows().count()).toBeGreaterThan(5)
})

test('dragging over the volume looks at that time only', async () => {
  await openLog()
  const box = await page.locator('.histogram svg').boundingBox()
  if (box === null) throw new Error('no histogram')
  await page.mouse.move(box.x + box.width * 0.5, box.y + 20)
  await page.mouse.down()
  await page.mouse.move(box.x + box.width * 0.6, box.y + 20)
  await page.mouse.up()
  await expect.poll(() => page.url()).toMatch(/from=\d+&to=\d+/)
  await expect.poll(() => server.seen.some((one) => /logs\?.*from=\d+&to=\d+/.test(one))).toBe(true)
  await page.getByRole('link', { name: 'Back to live' }).click()
  await page.getByRole('button', { name: 'Live' }).waitFor()
})

test('the palette opens an id, and the theme and language are remembered', async () => {
  await openLog()
  await page.getByLabel('Theme').selectOption('dark')
  await page.getByLabel('Language').selectOption('zh-TW')
  await page.getByRole('heading', { name: '日誌' }).waitFor()
  await page.reload()
  await page.getByRole('heading', { name: '日誌' }).waitFor()
  expect(await page.locator('html').getAttribute('data-theme')).toBe('dark')
  await page.keyboard.press('Control+k')
  await page.keyboard.type(idOf(7))
  await page.keyboard.press('Enter')
  await page.waitForURL(`**/ui/logs/${idOf(7)}`)
})
