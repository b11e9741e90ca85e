import { Command } from '@oclif/core'
import { errorJson } from '#lib/terminal/error-json.ts'

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
    return errorJson(error)
  }
}
