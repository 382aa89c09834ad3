import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'test/**/*.test.ts', 'bench/**/*.test.ts', 'ui/**/*.test.ts'],
    // What is started as a process is what was built: it must be what stands here.
    globalSetup: './test/support/build.ts',
    testTimeout: 180_000,
    hookTimeout: 240_000,
    // Two cores, and tests that start processes and browsers.
    maxWorkers: 2,
  },
})
