import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.{ts,tsx}'],
    globalSetup: 'test/build-first.ts',
    pool: 'forks',
    // oclif and the tests of commands read what a command prints on the process's own streams.
    disableConsoleIntercept: true,
    // Processes that are started and killed by tests take their time on a small machine.
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
})
