import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { freePort } from './children.ts'
import type { Children, Server } from './children.ts'

export interface WeirOptions {
  /** Configuration and data are kept here. */
  readonly dir: string
  /** Model names, and the port of the mock that each is asked of. */
  readonly models: readonly { readonly name: string; readonly port: number }[]
  /** The program, when it is not this checkout's. */
  readonly program?: string
  readonly durability: 'async' | 'before_reply'
}

export interface Weir extends Server {
  readonly port: number
}

export const ROOT = path.join(import.meta.dirname, '..')

/** The gateway as a user starts it, from its configuration file, with no keys in sight. */
export async function startWeir(children: Children, options: WeirOptions): Promise<Weir> {
  const port = await freePort()
  const dataDir = path.join(options.dir, 'data')
  const configFile = path.join(options.dir, 'weir.toml')
  mkdirSync(dataDir, { recursive: true })
  writeFileSync(configFile, encodeConfig(options))
  const program = options.program ?? path.join(ROOT, 'bin/weir')
  const command = [program, '--bind-address', `127.0.0.1:${port}`]
  const files = ['--data-dir', dataDir, '--config-file', configFile]
  const place = { port, statusPath: '/status', env: { HOME: options.dir }, cwd: options.dir }
  return { ...(await children.server([...command, ...files], place)), port }
}

function encodeConfig({ models, durability }: WeirOptions): string {
  const tables = models.map(
    ({ name, port }) => `
[models.${name}]
routing = ["mock"]

[models.${name}.providers.mock]
type = "openai"
model_name = "${name}"
api_base = "http://127.0.0.1:${port}/v1"
api_key_location = "none"
`,
  )
  return `[gateway.observability]\nenabled = true\ndurability = "${durability}"\n${tables.join('')}`
}
