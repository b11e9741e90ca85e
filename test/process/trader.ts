import { join } from 'node:path'
import { execa, type Options } from 'execa'

export const repository = join(import.meta.dirname, '..', '..')

/** Runs the real `trader` to its end; a failure is a result like any other. */
export const trader = (args: readonly string[], options: Options = {}) =>
  execa(join(repository, 'bin', 'trader'), args, {
    cwd: repository,
    reject: false,
    stripFinalNewline: false,
    ...options,
  })
