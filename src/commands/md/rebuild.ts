import { Args, Flags } from '@oclif/core'
import { TraderCommand } from '#lib/terminal/command.ts'
import { exitCode } from '#lib/terminal/exit-code.ts'
import { startProgress } from '#lib/terminal/progress.ts'
import { rebuild } from '#services/md/adapters/rebuild.ts'
import { venueNamed } from '#services/md/adapters/venues.ts'

export default class MdRebuild extends TraderCommand {
  static override summary = 'Derive the events of a recording from its raw frames again, and report any difference'
  static override description =
    'Of a folder that `trader md record --raw` made. The exit code is 1 when an event differs; then the first that does is shown.'
  static override examples = ['<%= config.bin %> md rebuild captures/today --venue binance-usdm']
  static override enableJsonFlag = true
  static override args = { dir: Args.string({ required: true, description: 'Folder of the recording' }) }
  static override flags = { venue: Flags.string({ required: true, description: 'Whose frames they are' }) }

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(MdRebuild)
    const { venue, market } = venueNamed(flags.venue)
    const progress = startProgress({ label: 'rebuild', unit: 'events' })
    const rebuilt = rebuild(args.dir, venue, market, progress.update)
    progress.finish()
    const { events, difference } = rebuilt
    if (difference === null) this.log(`${events} events, no difference`)
    else {
      this.log(`event ${difference.number} differs, ${events} before it do not`)
      this.log(`recorded ${difference.recorded.slice(0, 400)}`)
      this.log(`rebuilt  ${difference.rebuilt.slice(0, 400)}`)
      process.exitCode = exitCode.failed
    }
    return rebuilt
  }
}
