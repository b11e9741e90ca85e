import { UserError } from '#lib/terminal/user-error.ts'

/** What to throw where a file could not be read: the one that the error names, or else this one. A UserError stays as it is. */
export function unreadable(file: string, error: unknown): UserError {
  if (error instanceof UserError) return error
  const { code, syscall, message, path = file } = error as NodeJS.ErrnoException
  if (code === 'ENOENT') return new UserError('there is no such file', { file: path })
  return new UserError(`cannot be read: ${syscall === undefined ? message : code}`, { file: path })
}
