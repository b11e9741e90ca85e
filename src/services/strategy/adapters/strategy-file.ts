import { createHash } from 'node:crypto'
import { closeSync, openSync, readSync, statSync } from 'node:fs'
import type { Problem } from '#lib/strategy/problem.ts'
import { mostCharacters, readStrategy } from '#lib/strategy/read-strategy.ts'
import { rolesRead, type StrategyDefinition } from '#lib/strategy/strategy-definition.ts'
import { UserError } from '#lib/terminal/user-error.ts'
import type { BoundStrategy } from '../strategy-config.ts'

/** A strategy file as it is on disk now: its definition, or null with the errors that keep it from running. */
export type StrategyFile = {
  readonly file: string
  /** SHA-256 of the file's bytes in hex. */
  readonly hash: string
  readonly definition: StrategyDefinition | null
  readonly problems: readonly Problem[]
}

/** Reads and checks a strategy file. Throws UserError when there is no file to read; what is wrong in it are problems. */
export function readStrategyFile(file: string): StrategyFile {
  const bytes = readBytes(file)
  const hash = createHash('sha256').update(bytes).digest('hex')
  return { file, hash, ...readStrategy(bytes.toString('utf8')) }
}

/**
 * A file as the strategy service runs it: `roles` names the instrument whose bars each role of its inputs reads. Throws UserError with
 * the first error of the file, or when a role has no instrument. `{ strategies: [...] }` of these is the service's configuration.
 */
export function bindStrategy(
  { file, hash, definition, problems }: StrategyFile,
  roles: Readonly<Record<string, string>>,
): BoundStrategy {
  if (!definition) throw firstError(file, problems)
  const missing = rolesRead(definition).find((role) => !Object.hasOwn(roles, role))
  if (missing !== undefined) {
    const hint = `name one, as in ${missing}=BTCUSDT.BINANCE`
    throw new UserError(`${definition.name} reads the role ${missing}, and no instrument is named for it`, {
      file,
      hint,
    })
  }
  const bound = Object.fromEntries(rolesRead(definition).map((role) => [role, roles[role] as string]))
  return { definition, hash, roles: bound }
}

function firstError(file: string, problems: readonly Problem[]): UserError {
  const errors = problems.filter(({ severity }) => severity === 'error')
  const [first] = errors
  if (!first) throw new Error(`${file} has no definition and no error`)
  const hint = errors.length > 1 ? `and ${errors.length - 1} more; see: trader strategy check ${file}` : undefined
  return new UserError(first.message, { file, line: first.line, column: first.column, hint })
}

// One byte more than the longest text can have: no file is too large to be told so, and who writes into a pipe is not waited for.
const mostBytes = 4 * mostCharacters + 1

function readBytes(file: string): Buffer {
  try {
    const stats = statSync(file)
    if (stats.isDirectory()) throw new UserError('this is a directory', { file })
    if (!stats.isFile()) throw new UserError('this is no file', { file })
    const fd = openSync(file, 'r')
    try {
      const bytes = Buffer.alloc(Math.min(stats.size, mostBytes))
      return bytes.subarray(0, readSync(fd, bytes))
    } finally {
      closeSync(fd)
    }
  } catch (error) {
    if (error instanceof UserError) throw error
    const { code } = error as NodeJS.ErrnoException
    throw new UserError(code === 'ENOENT' ? 'there is no such file' : `cannot be read: ${code}`, { file })
  }
}
