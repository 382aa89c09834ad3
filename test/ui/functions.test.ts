import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { closePage, openBrowser, openPage } from './browser.ts'
import { FakeServer } from './fake-server.ts'

let browser: Browser
let server: FakeServer
let origin: string

beforeAll(async () => {
  browser = await openBrowser()
  server = new FakeServer()
  origin = await server.listen()
})
afterAll(async () => {
  await browser.close()
  server.close()
})

test('lists functions, and opens one with the keyboard', async () => {
  const opened = await openPage(browser, origin)
  const { page } = opened
  await page.goto('/ui/logs')
  await page.getByRole('navigation').getByRole('link', { name: 'Functions' }).click()
  await page.locator('.figures a').first().waitFor()
  const rows = await page.locator('.figures tbody tr').allInnerTexts()
  expect(rows[0]).toContain('answer_customer')
  expect(rows[0]).toContain('3,000')
  expect(rows[1]).toContain('Not configured')
  // What a stranger wrote neither turns the text around nor becomes markup.
  expect(rows[1]).toContain('aU+202Eb<img src=x>')
  expect(rows[2]).toContain('Never')
  await page.keyboard.press('j')
  await page.keyboard.press('j')
  await page.keyboard.press('k')
  await page.keyboard.press('Enter')
  await page.locator('.interval').first().waitFor()
  expect(page.url()).toContain('/ui/functions/answer_customer')
  await page.keyboard.press('Escape')
  await page.getByRole('heading', { name: 'Functions' }).waitFor()
  await closePage(opened)
})

test('tells the verdict, the shares, and where each mean truly lies', async () => {
  const opened = await openPage(browser, origin)
  const { page } = opened
  await page.goto('/ui/functions/answer_customer')
  const experiment = page.getByRole('region', { name: 'Experiment' })
  await experiment.waitFor()
  expect(await experiment.innerText()).toContain(
    'warm is better than brief on helpful, and gets all requests.',
  )
  // The metric that decides comes first.
  const metrics = await page.locator('.panel:has(.interval)').allInnerTexts()
  expect(metrics[0]).toMatch(/helpful\s+more is better/)
  expect(metrics[0]).toMatch(/brief\s+40 %\s+35 % – 45 %\s+1,500/)
  expect(metrics[0]).toMatch(/warm\s+WINNER|warm\s+Winner/)
  expect(metrics[1]).toMatch(/minutes\s+less is better · per session/)
  expect(metrics[1]).toMatch(/12\.5\s+9\.5 – 15\.5/)
  expect(metrics[1]).toContain('too few values')
  const shares = await page.locator('.share').allInnerTexts()
  expect(shares).toEqual(['0 %', '100 %'])
  expect(await page.getByRole('img', { name: /in the last 48 hours/ }).isVisible()).toBe(true)
  await closePage(opened)
})

test('tells how far a comparison has come', async () => {
  const opened = await openPage(browser, origin)
  const { page } = opened
  await page.goto('/ui/functions/comparing')
  const bar = page.getByRole('progressbar', { name: /50 % of the evidence/ })
  await bar.waitFor()
  expect(await bar.getAttribute('value')).toBe('0.5')
  expect(await page.locator('.experiment').innerText()).toContain('warm is ahead on helpful.')
  await closePage(opened)
})

test('leads to the requests of a variant', async () => {
  const opened = await openPage(browser, origin)
  const { page } = opened
  await page.goto('/ui/functions/answer_customer')
  await page.getByRole('link', { name: 'warm' }).click()
  await page.waitForURL('**/ui/logs?**')
  expect(new URL(page.url()).searchParams.get('q')).toBe('function:answer_customer variant:warm')
  await closePage(opened)
})
