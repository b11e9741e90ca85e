import { Flags } from '@oclif/core'
import { checkLog } from '#lib/journal/check-log.ts'
import type { LogFault } from '#lib/journal/check-segment.ts'
import { logFolder } from '#lib/journal/log-folder.ts'
import { TraderCommand } from '#lib/terminal/command.ts'
import { exitCode } from '#lib/terminal/exit-code.ts'
import { startProgress } from '#lib/terminal/progress.ts'

/** Faults are counted to the end, and told up to here in JSON. */
const toldMost = 1_000

export default class LogCheck extends TraderCommand {
  static override summary =
    'Audit a log: checksum, order and schema of every event, footers and their chain, missing events'
  static override description =
    'Faults go to stdout as file: byte: message; then the exit code is 1. A log process may be writing the log meanwhile.'
  static override examples = ['<%= config.bin %> log check', '<%= config.bin %> log check --run paper --json']
  static override enableJsonFlag = true
  static override flags = {
    run: Flags.string({ description: 'Name of the run', default: 'live' }),
    folder: Flags.string({ description: 'Folder of the log, instead of a run' }),
  }

  async run(): Promise<unknown> {
    const { flags } = await this.parse(LogCheck)
    const folder = logFolder(flags)
    const progress = startProgress({ label: 'check', unit: 'events' })
    const faults: LogFault[] = []
    let count = 0
    const checked = checkLog(folder, {
      onEvents: progress.update,
      onFault: (fault) => {
        count++
        const { file, offset, seq, kind, message } = fault
        this.log(`${file}: byte ${offset}${seq > 0 ? `, event ${seq}` : ''}: ${kind}: ${message}`)
        if (faults.length < toldMost) faults.push(fault)
      },
    })
    progress.finish()
    const { events, segments, head } = checked
    this.say(`${folder}: ${events} events in ${segments} files, head ${head}: ${count} faults`)
    if (count > 0) process.exitCode = exitCode.failed
    return { folder, ...checked, faultCount: count, faults }
  }
}
