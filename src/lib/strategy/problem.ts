/** Something about a strategy file that its author should know; an error keeps the file from running. Line and column count from 1. */
export type Problem = {
  readonly severity: 'error' | 'warning'
  readonly message: string
  readonly line: number
  readonly column: number
}

/** Collects what is wrong, by offset in the file. */
export type Report = {
  error(offset: number, message: string): void
  warning(offset: number, message: string): void
  hasErrors(): boolean
}
