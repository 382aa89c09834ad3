// Makes a fresh checkout ready, and does nothing when it is. Runs on any Node.js from 18 on.
//   --build   what is run: the program and the pages    --tests   what the tests need from Debian
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const wants = new Set(process.argv.slice(2))

bringNode()
bringPackages()
if (wants.has('--build')) {
  buildProgram()
  buildPages()
}
if (wants.has('--tests')) bringTestTools()

/** The registry's package of the platform carries the binary itself: no script, no download. */
function bringNode() {
  if (Number(process.versions.node.split('.')[0]) >= 24) return
  const version = readFileSync(join(root, '.node-version'), 'utf8').trim()
  const stamp = join(root, '.node', 'version')
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === version) return
  say(`bringing Node.js ${version} (this machine has ${process.version})`)
  const platform = process.platform === 'win32' ? 'win' : process.platform
  run('npm', [
    'install',
    '--no-save',
    '--ignore-scripts',
    '--silent',
    '--prefix',
    join(root, '.node'),
    `node-${platform}-${process.arch}@${version}`,
  ])
  writeFileSync(stamp, version)
}

function bringPackages() {
  const stamp = join(root, 'node_modules', '.weir-lock')
  const hash = hashOf([join(root, 'package-lock.json')])
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === hash) return
  say('installing packages')
  run('npm', ['ci', '--silent', '--ignore-scripts', '--include=dev'])
  writeFileSync(stamp, hash)
}

/** Built, the program starts sooner and is smaller than from its sources. */
function buildProgram() {
  const script = 'scripts/build-program.mjs'
  const rest = [script, 'package-lock.json'].map((file) => join(root, file))
  buildWhenStale('program', [...filesBelow(join(root, 'src')), ...rest], [script])
}

function buildPages() {
  const sources = [
    ...filesBelow(join(root, 'ui')),
    join(root, 'src/api/ui/contract.ts'),
    join(root, 'package-lock.json'),
  ]
  const vite = ['node_modules/vite/bin/vite.js', 'build', '--logLevel', 'warn', '--config']
  buildWhenStale('pages', sources, [...vite, 'ui/vite.config.ts'])
}

function buildWhenStale(what, sources, command) {
  const stamp = join(root, 'dist', `${what}.hash`)
  const hash = hashOf(sources)
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === hash) return
  say(`building the ${what}`)
  run('sh', [join(root, 'scripts/with-node.sh'), ...command])
  mkdirSync(dirname(stamp), { recursive: true })
  writeFileSync(stamp, hash)
}

/** What the tests start, where it is found, and Debian's packages of it. */
function testTools() {
  return [
    {
      path: process.env.WEIR_CHROMIUM || '/usr/bin/chromium',
      packages: ['chromium', 'fonts-noto-cjk'],
    },
    { path: '/usr/lib/postgresql', packages: ['postgresql'] },
    { path: '/usr/bin/redis-server', packages: ['redis-server'] },
    { path: '/usr/bin/strace', packages: ['strace'] },
  ]
}

/** As root we install it; else the tests say what is missing. */
function bringTestTools() {
  const packages = testTools()
    .filter(({ path }) => !existsSync(path))
    .flatMap((tool) => tool.packages)
  if (packages.length === 0) return
  const names = packages.join(', ')
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) {
    say(`missing for the tests: ${names}. Install them (or set WEIR_CHROMIUM)`)
    return
  }
  say(`installing ${names} from Debian`)
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  run('apt-get', ['update', '-qq'], env)
  run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...packages], env)
}

function filesBelow(folder) {
  return readdirSync(folder)
    .toSorted()
    .flatMap((name) => {
      const path = join(folder, name)
      return statSync(path).isDirectory() ? filesBelow(path) : [path]
    })
}

function hashOf(files) {
  const hash = createHash('sha256')
  for (const file of files) hash.update(file.slice(root.length)).update(readFileSync(file))
  return hash.digest('hex')
}

function run(command, parameters, env = { ...process.env, NODE_ENV: 'production' }) {
  execFileSync(command, parameters, { cwd: root, stdio: ['ignore', 'ignore', 'inherit'], env })
}

function say(text) {
  process.stderr.write(`weir: ${text}\n`)
}
