import { run } from './cli/run.ts'

// Whoever read our words may be gone: that is no reason to stop, nor to complain of it to nobody.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {})

process.exit(await run(process.argv.slice(2), process.env))
