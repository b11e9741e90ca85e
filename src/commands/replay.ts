import { writeFileSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { Flags } from '@oclif/core'
import { assignmentsOf } from '#compose/assignments.ts'
import { compareReplay } from '#compose/compare-replay.ts'
import { factsOfRun } from '#compose/recorded-run.ts'
import { freeReplayName, replayTopology } from '#compose/replay-topology.ts'
import { folderFlags, logOf, runArg } from '#compose/run-folder.ts'
import { placed, type RunFeed } from '#compose/topology.ts'
import { runTree } from '#compose/tree.ts'
import { runTreeToEnd } from '#compose/tree-to-end.ts'
import { makeFolder } from '#lib/files/make-folder.ts'
import { checkedIfGiven } from '#lib/terminal/checked-flag.ts'
import { TraderCommand } from '#lib/terminal/command.ts'
import { startProgress } from '#lib/terminal/progress.ts'
import { UserError } from '#lib/terminal/user-error.ts'
import { Name } from '#schemas/primitives.ts'
import { parseSpeed } from '#services/md/adapters/paced-facts.ts'
import { utcInstant } from '#services/md/adapters/utc-instant.ts'

export default class Replay extends TraderCommand {
  static override summary = 'Feed a recorded run through a fresh tree of processes, at a chosen speed'
  static override description =
    'What entered the run from outside (market, time, operators) enters again in the recorded order, one event at a time, and every service answers anew with the configuration that it had. The new log is in LOGS/NAME, and can be verified. A replayed backtest has the content hash of the backtest. On a terminal it shows the dashboard until you quit; elsewhere it ends when all is heard.'
  static override examples = [
    '<%= config.bin %> replay live --speed 10',
    '<%= config.bin %> replay 20261124-101500-ema-cross --speed 86400 --seek 2020-03-01',
    '<%= config.bin %> replay live --no-dashboard --json',
  ]
  static override enableJsonFlag = true
  static override args = {
    recorded: runArg,
  }
  static override flags = {
    speed: Flags.string({ default: 'max', helpValue: 'N|max', description: '1 is as it was, 10 ten times as fast' }),
    seek: Flags.string({
      helpValue: 'TIME|SEQ',
      description: 'As fast as it goes up to that time (UTC), or that seq of the recorded log; then at the speed',
    }),
    run: Flags.string({ helpValue: 'NAME', description: 'Name of the new run [default: replay-<recorded>]' }),
    port: Flags.integer({ default: 0, min: 0, max: 65_535, description: 'Of the router; 0 takes a free one' }),
    ...folderFlags,
    keys: Flags.string({ default: 'keys', description: 'Folder of the keys' }),
    dashboard: Flags.boolean({
      default: true,
      allowNo: true,
      description: 'Show the dashboard where there is a terminal',
    }),
  }

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(Replay)
    const { logs, keys, port } = flags
    const log = logOf(args.recorded, flags)
    const run = checkedIfGiven('run', flags.run, Name) ?? freeReplayName(logs, nameOf(log))
    const folder = join(logs, run)
    const speed = parseSpeed(flags.speed)
    if (speed === null) throw new UserError(`--speed ${flags.speed}: expected max, or a number like 10`)
    if (resolve(folder) === resolve(log)) throw new UserError('a run is not replayed into itself', { file: folder })
    const topology = replayTopology({ log, run, logs, keys, port, speed, seek: seekOf(flags.seek) })
    const total = [...factsOfRun(log)].length
    makeFolder(folder)
    const file = join(folder, 'topology.json')
    writeFileSync(file, `${JSON.stringify(placed(topology), null, 2)}\n`)
    const hasDashboard = flags.dashboard && process.stdin.isTTY === true && process.stdout.isTTY === true
    if (hasDashboard && !this.jsonEnabled()) {
      const { showTree } = await import('#compose/tree-dashboard.ts')
      const { exitCode, failure } = await runTree(topology, assignmentsOf(topology, null), showTree)
      process.exitCode = exitCode
      this.say(failure === null ? `the log is in ${folder}` : `trader: ${failure.name} ${failure.message}`)
      return { run, folder }
    }
    const progress = startProgress({ label: 'replay', unit: 'facts', total })
    await runTreeToEnd(topology, progress)
    progress.finish()
    const compared = compareReplay(log, folder)
    const { events, facts, isWhole, contentHash, isSame } = compared
    if (!isWhole) throw new Error(`${folder} has ${facts} facts that are not the ${total} of ${log}`)
    this.log(`${events} events from ${facts} facts, all as recorded; ${folder}`)
    this.log(`content hash ${contentHash}${isSame ? ', that of the recorded run' : ''}`)
    return { run, folder, ...compared }
  }
}

/** `runs/<id>/log` is the log of <id>. */
const nameOf = (log: string): string => (basename(log) === 'log' ? basename(dirname(resolve(log))) : basename(log))

function seekOf(text: string | undefined): RunFeed['seek'] {
  if (text === undefined) return undefined
  return /^\d+$/.test(text) && Number(text) > 0 ? { seq: Number(text) } : { at: utcInstant(text, 'seek') }
}
