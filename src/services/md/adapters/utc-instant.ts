import { UserError } from '#lib/terminal/user-error.ts'
import { csvClock } from './csv/csv-time.ts'
import { LineFault } from './line-fault.ts'

/** Reads `2024-08-08` or `2024-08-08T23:54:00Z` of a flag as microseconds UTC. Throws a UserError that names the flag. */
export function utcInstant(text: string, flag: string): number {
  try {
    return csvClock('iso', 'UTC', text).at(text)
  } catch (error) {
    if (!(error instanceof LineFault)) throw error
    throw new UserError(`--${flag}: ${error.message}`)
  }
}
