import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { freePort } from './children.ts'
import type { Children, Server } from './children.ts'
import { nginxConfig } from './nginx-config.ts'
import { ROOT, startWeir } from './weir.ts'

/** The models the phases ask for: 1 KB answers, bursts, paced streams. */
export const MODELS = { json: 'mock-16-0', burst: 'mock-100-0', paced: 'mock-20-20' } as const

export interface Site {
  readonly children: Children
  readonly mockPort: number
  /** For files that go when the bench ends. */
  readonly dir: string
}

/** What is measured: where to send requests, and whose CPU time to count. */
export interface Running {
  readonly name: string
  readonly port: number
  readonly headers: Readonly<Record<string, string>>
  readonly server: Server
}

/** Each starts its contender; a reason thrown means that the bench goes on without it. */
export const CONTENDERS: Readonly<Record<string, (site: Site) => Promise<Running>>> = {
  nginx: startNginx,
  forwarder: startForwarder,
  weir: startWeirContender,
  portkey: startPortkey,
}

const CACHE = path.join(ROOT, '.cache')

async function startWeirContender({ children, mockPort, dir }: Site): Promise<Running> {
  const models = Object.values(MODELS).map((name) => ({ name, port: mockPort }))
  const server = await startWeir(children, {
    dir: path.join(dir, 'weir'),
    models,
    durability: 'async',
  })
  return { name: 'weir', port: server.port, headers: {}, server }
}

async function startForwarder({ children, mockPort }: Site): Promise<Running> {
  const port = await freePort()
  const file = path.join(import.meta.dirname, 'forwarder.ts')
  const args = ['--port', String(port), '--upstream', `http://127.0.0.1:${mockPort}`]
  const place = { port, statusPath: '/', env: {} }
  const server = await children.server([process.execPath, file, ...args], place)
  return { name: 'forwarder', port, headers: {}, server }
}

async function startNginx({ children, mockPort, dir }: Site): Promise<Running> {
  const binary = findNginx() ?? unpackNginx()
  const port = await freePort()
  const home = path.join(dir, 'nginx')
  mkdirSync(home)
  writeFileSync(path.join(home, 'nginx.conf'), nginxConfig({ port, mockPort, home }))
  const command = [binary, '-p', home, '-c', 'nginx.conf', '-e', 'stderr']
  const server = await children.server(command, { port, statusPath: '/status', env: {} })
  return { name: 'nginx', port, headers: {}, server }
}

function findNginx(): string | undefined {
  const unpacked = path.join(CACHE, 'nginx/usr/sbin/nginx')
  return ['/usr/sbin/nginx', '/usr/local/sbin/nginx', unpacked].find((file) => existsSync(file))
}

/** Debian's package, unpacked beside us: nothing is installed, no service starts. */
function unpackNginx(): string {
  const dir = path.join(CACHE, 'nginx')
  mkdirSync(dir, { recursive: true })
  if (process.getuid?.() === 0) run('apt-get', ['update', '-qq'], dir)
  run('apt-get', ['download', '-qq', 'nginx'], dir)
  const file = readdirSync(dir).find((name) => name.endsWith('.deb'))
  if (file === undefined) throw new Error('There is no nginx on this machine, nor a package of it.')
  run('dpkg', ['-x', file, '.'], dir)
  return path.join(dir, 'usr/sbin/nginx')
}

async function startPortkey({ children, mockPort }: Site): Promise<Running> {
  const dir = path.join(CACHE, 'portkey')
  const script = path.join(dir, 'node_modules/@portkey-ai/gateway/build/start-server.js')
  if (!existsSync(script)) installPortkey(dir)
  const port = await freePort()
  const command = [process.execPath, script, `--port=${port}`, '--headless']
  const env = { NODE_ENV: 'production' }
  const server = await children.server(command, { port, statusPath: '/', env, cwd: dir })
  const upstream = `http://127.0.0.1:${mockPort}/v1`
  const headers = { 'x-portkey-provider': 'openai', 'x-portkey-custom-host': upstream }
  return { name: 'portkey', port, headers, server }
}

function installPortkey(dir: string): void {
  const manifest = {
    private: true,
    dependencies: { '@portkey-ai/gateway': '1.15.2' },
    // With the newer ones that its ranges allow, its streams answer 500.
    overrides: { hono: '4.9.7', '@hono/node-server': '1.3.3' },
  }
  mkdirSync(dir, { recursive: true })
  writeFileSync(path.join(dir, 'package.json'), JSON.stringify(manifest))
  run('npm', ['install', '--prefix', '.', '--no-audit', '--no-fund', '--ignore-scripts'], dir)
}

function run(command: string, args: readonly string[], cwd: string): void {
  execFileSync(command, args, { cwd, stdio: 'pipe', timeout: 120_000 })
}
