import { join } from 'node:path'
import { execa, type Options } from 'execa'

if (process.env.TRADER_BUILD_FAILED !== undefined) throw new Error('trader could not be built; run: npm run build')

export const repository = join(import.meta.dirname, '..', '..')

/** Runs the real `trader` to its end; a failure is a result like any other. */
export const trader = (args: readonly string[], options: Options = {}) =>
  execa(join(repository, 'bin', 'trader'), args, {
    cwd: repository,
    reject: false,
    stripFinalNewline: false,
    ...options,
  })
