import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

/**
 * On a fresh clone vitest begins with the files of the longest text. What starts processes and kills them takes longest and has short ones: begun last
 * it would keep one core waiting for another at the end.
 */
class ProcessesFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const isFirst = ({ moduleId }: TestSpecification) => /\/test\/(process|faults|properties)\//.test(moduleId)
    const sorted = await super.sort(files)
    return [...sorted.filter(isFirst), ...sorted.filter((file) => !isFirst(file))]
  }
}

export default defineConfig({
  test: {
    include: ['test/**/*.test.{ts,tsx}'],
    globalSetup: 'test/build-first.ts',
    pool: 'forks',
    // Every core: left to itself vitest leaves one idle, half of a small machine.
    maxWorkers: '100%',
    sequence: { sequencer: ProcessesFirst },
    // oclif and the tests of commands read what a command prints on the process's own streams.
    disableConsoleIntercept: true,
    // Processes that are started and killed by tests take their time on a small machine.
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
})
