import { env } from 'node:process'
import { chromium } from 'playwright-core'
import type { Browser, Page } from 'playwright-core'

const DEFAULT_CHROMIUM = '/usr/bin/chromium'
const ARGS = [
  '--headless=new',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

interface View {
  readonly width?: number
  readonly theme?: 'light' | 'dark'
  readonly language?: 'en' | 'zh-TW'
}

export interface OpenPage {
  readonly page: Page
  /** Must stay empty: breaches of the policy, uncaught errors, and requests that would have left the machine. */
  readonly problems: string[]
}

export function openBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: env['WEIR_CHROMIUM'] ?? DEFAULT_CHROMIUM, args: ARGS })
}

export async function openPage(
  browser: Browser,
  origin: string,
  view: View = {},
): Promise<OpenPage> {
  const { width = 1440, theme = 'light', language = 'en' } = view
  const context = await browser.newContext({
    viewport: { width, height: width < 720 ? 844 : 900 },
    colorScheme: theme,
    locale: language,
    baseURL: origin,
    hasTouch: width < 720,
  })
  const page = await context.newPage()
  const problems: string[] = []
  page.on('pageerror', (error) => problems.push(`error: ${error.message}`))
  page.on('dialog', (dialog) => {
    problems.push(`dialog: ${dialog.message()}`)
    void dialog.dismiss()
  })
  page.on('console', (message) => {
    const text = message.text()
    if (/Content Security Policy|Trusted/i.test(text)) problems.push(`policy: ${text}`)
  })
  page.on('request', (request) => {
    if (!request.url().startsWith(origin)) problems.push(`request: ${request.url()}`)
  })
  return { page, problems }
}

/** Ends a test's page; a breach of the policy or an error in it fails the test. */
export async function closePage({ page, problems }: OpenPage): Promise<void> {
  await page.context().close()
  if (problems.length > 0) throw new Error(problems.join('\n'))
}
