import { UserError, userErrorLine } from '#lib/terminal/user-error.ts'
import { exitCode } from './exit-code.ts'

type ChildCommand = new (argv: readonly string[]) => { run(): Promise<unknown> }

/** Runs one process of a tree. A user's mistake is one line and exit code 2, as everywhere. */
export function startChild({ default: Child }: { readonly default: ChildCommand }, argv: readonly string[]): void {
  new Child(argv).run().catch((error: Error) => {
    if (!(error instanceof UserError)) throw error
    endForUser(error)
  })
}

/** Ends this process: who started it is told in one line, and does not start it again. */
export function endForUser(error: UserError): never {
  process.stderr.write(`${userErrorLine(error)}\n`)
  process.exit(exitCode.usage)
}
