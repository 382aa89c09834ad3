import { styleText } from 'node:util'
import type { About } from '../api/app.ts'

/** What is printed at start: where things are, what is ready, what to try. */
export function banner(about: About, readyMs: number, color: boolean): string {
  const paint = (style: Parameters<typeof styleText>[0], text: string) =>
    color ? styleText(style, text, { validateStream: false }) : text
  const [address = ''] = about.addresses()
  const config = about.config()
  const others = about.addresses().slice(1)
  const lines = [
    `  ${paint('bold', `weir ${about.version}`)}  ready in ${Math.round(readyMs)} ms`,
    '',
    `  UI         ${paint('cyan', `${address}${config.gateway.basePath}/ui`)}`,
    `  API        ${address}${config.gateway.basePath}/openai/v1${others.length > 0 ? `  (also ${others.join(', ')})` : ''}`,
    `  Data       ${about.storeServer ?? about.dataDir}`,
    `  Providers  ${providersLine(about)}`,
    `  Config     ${config.files.length === 0 ? 'none, using defaults' : config.files.join(', ')}`,
    '',
    `  Try it     curl ${address}${config.gateway.basePath}/openai/v1/chat/completions -H 'content-type: application/json' -d '{"model":"demo::echo","messages":[{"role":"user","content":"hi"}]}'`,
  ]
  return `\n${lines.join('\n')}\n\n`
}

function providersLine(about: About): string {
  const ready = about.providers().filter((provider) => provider.ready)
  const models = about.config().models.size
  const names = ready.map(({ name }) => name).join(', ')
  return models === 0 ? `${names} ready` : `${names} ready · ${models} models configured`
}
