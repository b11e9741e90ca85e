import { join } from 'node:path'
import { Args, Flags } from '@oclif/core'
import { isLog } from '#lib/journal/log-folder.ts'
import { UserError } from '#lib/terminal/user-error.ts'

const runWords = 'A run, a backtest, or the folder of a log'

/** Where the logs of runs are. */
export const folderFlags = {
  logs: Flags.string({ description: 'Folder of the logs', default: 'logs' }),
  runs: Flags.string({ description: 'Folder of the backtests', default: 'runs' }),
}
/** Which run, for commands that look at one. */
export const runFlags = { run: Flags.string({ default: 'live', description: runWords }), ...folderFlags }
/** The same as an argument, for commands that cannot do without. */
export const runArg = Args.string({ required: true, description: runWords })

/** Where the log of a run is: a run's name, a backtest's id, or a folder. Throws a UserError where there is none. */
export function logOf(run: string, { logs, runs }: { logs: string; runs: string }): string {
  const places = [join(run, 'log'), run, join(runs, run, 'log'), join(logs, run)]
  const found = places.find(isLog)
  if (found === undefined)
    throw new UserError(`there is no run ${run}`, { hint: `looked in ${runs} and ${logs}; see: trader log stat` })
  return found
}
