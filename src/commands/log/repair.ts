import { Flags } from '@oclif/core'
import { logFolder } from '#lib/journal/log-folder.ts'
import { realDisk } from '#lib/journal/real-disk.ts'
import { repairLog } from '#lib/journal/repair-log.ts'
import { TraderCommand } from '#lib/terminal/command.ts'
import { startProgress } from '#lib/terminal/progress.ts'

export default class LogRepair extends TraderCommand {
  static override summary = 'Put what is damaged in a log into quarantine, record what is lost, so that it opens again'
  static override description =
    'Deletes nothing: files that were damaged are kept as they were in quarantine/. Lost events stay holes that readers jump and that trader log check knows; a run with holes can no longer be proved as a whole. Refused while a process writes the log.'
  static override examples = ['<%= config.bin %> log repair --run live']
  static override enableJsonFlag = true
  static override flags = {
    run: Flags.string({ description: 'Name of the run', default: 'live' }),
    folder: Flags.string({ description: 'Folder of the log, instead of a run' }),
  }

  async run(): Promise<unknown> {
    const { flags } = await this.parse(LogRepair)
    const folder = logFolder(flags)
    const progress = startProgress({ label: 'repair', unit: 'events' })
    const repair = await repairLog(folder, realDisk, progress.update)
    progress.finish()
    const { quarantined, rescued, lost, unknown } = repair
    for (const copy of quarantined) this.log(`quarantined ${copy}`)
    for (const { from, to } of lost) this.log(from === to ? `lost event ${from}` : `lost events ${from} to ${to}`)
    for (const what of unknown) this.log(`not known: ${what}`)
    const count = lost.reduce((sum, { from, to }) => sum + to - from + 1, 0)
    this.say(
      quarantined.length === 0 && count === 0
        ? `${folder}: there is nothing to repair`
        : `${folder}: ${quarantined.length} files in quarantine, ${rescued} events found whole elsewhere, ${count} lost`,
    )
    return { folder, ...repair }
  }
}
