import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { UserError } from '#lib/terminal/user-error.ts'

/** Where the log of a run is: a folder that was named, a run under logs/, or a finished one under runs/. */
export function logFolder({ run, folder }: { readonly run: string; readonly folder?: string }): string {
  const places = folder === undefined ? [join('logs', run), join('runs', run, 'log')] : [folder]
  const found = places.find((place) => existsSync(place))
  if (found !== undefined) return found
  throw new UserError(`there is no log in ${places.join(' or ')}`, { hint: 'name its folder with --folder' })
}
