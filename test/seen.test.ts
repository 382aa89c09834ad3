import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startWeir } from './support/process.ts'
import { completion, reply, startUpstream } from './support/upstream.ts'
import { openBrowser, openPage } from './ui/browser.ts'

let browser: Browser
beforeAll(async () => {
  browser = await openBrowser()
})
afterAll(() => browser.close())

const HELLO = [{ role: 'user', content: 'Please say hello to the dam' }]

function ask(url: string, body: object): Promise<Response> {
  return fetch(`${url}/openai/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ messages: HELLO, ...body }),
  })
}

test('a request is in the browser before it is answered, and its text while it streams', async () => {
  await using weir = await startWeir()
  await (await ask(weir.url, { model: 'demo::echo' })).text()
  const { page, problems } = await openPage(browser, weir.url)
  await page.goto('/ui/logs')
  await page.locator('.rows .row').first().waitFor()

  const answer = await ask(weir.url, { model: 'demo::echo?tps=10', stream: true })
  const id = answer.headers.get('x-weir-inference-id') ?? ''
  const row = page.locator(`[data-id="${id}"]`)
  await row.waitFor()
  await expect
    .poll(() => row.innerText(), { timeout: 4000, interval: 50 })
    .toMatch(/dam|said|hello/i)
  expect(weir.output()).not.toContain('fault')
  await answer.body?.cancel()
  await expect.poll(() => row.innerText(), { timeout: 4000 }).toMatch(/499|gone|left/i)
  expect(problems).toEqual([])
  await page.context().close()
})

test('the welcome page waits for the first request and is gone after it', async () => {
  await using weir = await startWeir()
  const { page, problems } = await openPage(browser, weir.url)
  await page.goto('/ui')
  await page.getByRole('button', { name: /demo request/i }).click()
  await page.locator('.rows .row').first().waitFor()
  await page.goto('/ui')
  await page.waitForURL('**/ui/logs*')
  expect(problems).toEqual([])
  await page.context().close()
})

test('the page of a request shows its content and its reasoning', async () => {
  const message = {
    role: 'assistant',
    content: 'Hello from the dam <img src=x onerror=alert(1)>',
    reasoning: 'The user wants a greeting.',
  }
  await using upstream = await startUpstream(() =>
    reply(200, completion('', { choices: [{ index: 0, finish_reason: 'stop', message }] })),
  )
  await using weir = await startWeir({
    env: { WEIR_OPENROUTER_API_BASE: upstream.base, OPENROUTER_API_KEY: 'k' },
  })
  const model = 'tensorzero::model_name::openrouter::openai/gpt-oss-20b'
  const answer = await ask(weir.url, { model })
  const id = answer.headers.get('x-weir-inference-id') ?? ''
  const { page, problems } = await openPage(browser, weir.url)
  await page.goto(`/ui/logs/${id}`)
  await page.getByText('Hello from the dam').first().waitFor()
  await page.getByText('The user wants a greeting.').first().waitFor()
  await page.getByRole('tab', { name: /raw response/i }).click()
  await page.getByText('chatcmpl-1').first().waitFor()
  expect(problems).toEqual([])
  await page.context().close()
})
