import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { UserError } from '#lib/terminal/user-error.ts'

/** Where the log of a run is: a run's name, a backtest's id, or a folder. Throws a UserError where there is none. */
export function logOf(run: string, { logs, runs }: { logs: string; runs: string }): string {
  const places = [join(run, 'log'), run, join(runs, run, 'log'), join(logs, run)]
  const isLog = (folder: string) => ['journal', 'system', 'md'].some((name) => existsSync(join(folder, name)))
  const found = places.find(isLog)
  if (found === undefined)
    throw new UserError(`there is no run ${run}`, { hint: `looked in ${runs} and ${logs}; see: trader log stat` })
  return found
}
