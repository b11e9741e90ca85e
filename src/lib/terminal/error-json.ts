import { parseMessage } from '#lib/terminal/parse-message.ts'
import { UserError } from '#lib/terminal/user-error.ts'

/** An error as `--json` says it. */
export function errorJson(error: unknown) {
  if (!(error instanceof Error)) return { error: { message: String(error) } }
  const { name, message } = error
  if (!(error instanceof UserError)) return { error: { name, message: parseMessage(message) } }
  const { file, line, column, hint } = error
  return { error: { name, message, file, line, column, hint } }
}
