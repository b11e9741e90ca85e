import { existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { dateFolders, namespacesIn } from '#lib/journal/log-files.ts'
import { realDisk } from '#lib/journal/real-disk.ts'
import { UserError } from '#lib/terminal/user-error.ts'

/** Whether there is a log in the folder, with or without events: a data set is none. */
export const isLog = (folder: string): boolean =>
  statSync(folder, { throwIfNoEntry: false })?.isDirectory() === true &&
  (['journal', 'watermark', 'run.id'].some((name) => existsSync(join(folder, name))) ||
    namespacesIn(realDisk, folder).some((namespace) => dateFolders(realDisk, folder, namespace).length > 0))

/** Where the log of a run is: a folder that was named, a run under logs/, or a finished one under runs/. */
export function logFolder({ run, folder }: { readonly run: string; readonly folder?: string }): string {
  const places = folder === undefined ? [join('logs', run), join('runs', run, 'log')] : [folder]
  const found = places.find((place) => existsSync(place))
  if (found !== undefined && isLog(found)) return found
  if (found !== undefined)
    throw new UserError('is no log: it has neither a journal nor events by namespace and date', {
      file: found,
      hint: 'name the folder of a run, as logs/live',
    })
  throw new UserError(`there is no log in ${places.join(' or ')}`, { hint: 'name its folder with --folder' })
}
