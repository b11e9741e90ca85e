import { exitCode } from '#lib/terminal/exit-code.ts'

export type Place = { readonly file?: string; readonly line?: number; readonly column?: number; readonly hint?: string }

/** A user's mistake. It is shown as one line, what is wrong, where, and what to do, and ends the command with 2. */
export class UserError extends Error implements Place {
  override readonly name = 'UserError'
  readonly file?: string
  readonly line?: number
  readonly column?: number
  readonly hint?: string
  /** Read by oclif. */
  readonly oclif = { exit: exitCode.usage }

  constructor(message: string, place: Place = {}) {
    super(message)
    this.file = place.file
    this.line = place.line
    this.column = place.column
    this.hint = place.hint
  }
}

/** `file:line:column: message (hint)`; the name of the program stands where there is no file. */
export function userErrorLine({ message, file, line, column, hint }: UserError): string {
  const place = file === undefined ? 'trader' : [file, line, column].filter((part) => part !== undefined).join(':')
  return `${place}: ${message}${hint === undefined ? '' : ` (${hint})`}`
}
