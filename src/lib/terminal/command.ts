import { Command } from '@oclif/core'
import { parseMessage } from '#lib/terminal/parse-message.ts'
import { UserError } from '#lib/terminal/user-error.ts'

/**
 * What every command of trader is built on: stdout is data, stderr is talk. A command with `enableJsonFlag = true` returns what `--json`
 * prints; then `log` is silent and an error is JSON on stdout too. Exit codes are in docs/exit-codes.md.
 */
export abstract class TraderCommand extends Command {
  /** A line of talk, on stderr, whether or not stdout is JSON. */
  protected say(message: string): void {
    process.stderr.write(`${message}\n`)
  }

  protected override toErrorJson(error: unknown): unknown {
    if (!(error instanceof Error)) return { error: { message: String(error) } }
    const { name, message } = error
    if (!(error instanceof UserError)) return { error: { name, message: parseMessage(message) } }
    const { file, line, column, hint } = error
    return { error: { name, message, file, line, column, hint } }
  }
}
