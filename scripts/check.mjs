// Every gate, then every test. Ends with the one line `N passed, N failed`.
//   node scripts/check.mjs            all
//   node scripts/check.mjs --gates    without the tests
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const { scripts } = JSON.parse(readFileSync('package.json', 'utf8'))
const gates = Object.entries(scripts).filter(([name]) => name.startsWith('gate:'))

let passed = 0
let failed = 0
for (const [name, command] of gates) {
  const started = Date.now()
  const { status, stdout, stderr } = spawnSync(command, { shell: true, encoding: 'utf8' })
  const seconds = ((Date.now() - started) / 1000).toFixed(1)
  console.log(`${status === 0 ? 'ok  ' : 'FAIL'} ${name.slice('gate:'.length)} (${seconds} s)`)
  if (status === 0) passed++
  else {
    failed++
    console.log(stdout, stderr)
  }
}
if (!process.argv.includes('--gates')) runTests()
console.log(`${passed} passed, ${failed} failed`)
process.exitCode = failed > 0 ? 1 : 0

function runTests() {
  const folder = mkdtempSync(join(tmpdir(), 'weir-tests-'))
  const report = join(folder, 'report.json')
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`]
  const { status } = spawnSync('vitest', ['run', ...reporters], {
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  try {
    const results = JSON.parse(readFileSync(report, 'utf8'))
    passed += results.numPassedTests
    // A suite that was skipped proves nothing: it counts as a failure.
    failed += results.numFailedTests + results.numPendingTests + results.numTodoTests
    const broken = results.numFailedTestSuites > 0 || status !== 0
    if (broken && results.numFailedTests === 0) failed++
  } catch (error) {
    console.log('The tests left no report.', error)
    failed++
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
