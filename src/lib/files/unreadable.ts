import { UserError } from '#lib/terminal/user-error.ts'

/** What to throw where a file that a user names could not be read; a UserError stays as it is. */
export function unreadable(file: string, error: unknown): unknown {
  if (error instanceof UserError || !(error instanceof Error)) return error
  const { code, syscall, message } = error as NodeJS.ErrnoException
  if (code === 'ENOENT') return new UserError('there is no such file', { file })
  return new UserError(`cannot be read: ${syscall === undefined ? message : code}`, { file })
}
