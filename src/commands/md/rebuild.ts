import { Args, Flags } from '@oclif/core'
import { damageText } from '#lib/files/block-lines.ts'
import { refuseUnwhole } from '#lib/journal/kept-events.ts'
import { readLog } from '#lib/journal/read-log.ts'
import type { MarketFact } from '#lib/market/market-fact.ts'
import { TraderCommand } from '#lib/terminal/command.ts'
import { exitCode } from '#lib/terminal/exit-code.ts'
import { startProgress } from '#lib/terminal/progress.ts'
import { UserError } from '#lib/terminal/user-error.ts'
import type { Event } from '#schemas/event.ts'
import { feedSource } from '#services/md/adapters/open-feed.ts'
import { rebuild } from '#services/md/adapters/rebuild.ts'
import { readRecordingNote } from '#services/md/adapters/recording-note.ts'
import { venueNamed } from '#services/md/adapters/venues.ts'

export default class MdRebuild extends TraderCommand {
  static override summary = 'Derive events from raw frames again, and report any difference'
  static override description =
    'Of a folder that `trader md record --raw` made, or with --log of what a feed of a tree kept under its `raw`. The exit code is 1 when an event differs; then the first that does is shown. Where a recorder was killed, frames and events may end up to 3 s apart: that is counted, and no difference. A damaged block is named, and what is behind it is compared, but for books and statuses that hang on lost frames; the exit code is 1.'
  static override examples = [
    '<%= config.bin %> md rebuild captures/today',
    '<%= config.bin %> md rebuild captures/live --venue binance-usdm --log logs/live',
  ]
  static override enableJsonFlag = true
  static override args = { dir: Args.string({ required: true, description: 'Folder of the frames' }) }
  static override flags = {
    venue: Flags.string({ description: 'Whose frames they are; a recording says it itself' }),
    log: Flags.string({ helpValue: 'DIR', description: 'Compare with the events of this log' }),
  }

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(MdRebuild)
    const name = flags.venue ?? readRecordingNote(args.dir)?.venue
    if (name === undefined)
      throw new UserError('does not say whose frames it holds', { file: args.dir, hint: 'name it with --venue' })
    const { venue, market } = venueNamed(name)
    const why = 'there is nothing to compare the first frames with'
    if (flags.log !== undefined) refuseUnwhole(flags.log, { topics: ['md'], why })
    const progress = startProgress({ label: 'rebuild', unit: 'events' })
    const facts = flags.log === undefined ? undefined : factsIn(flags.log)
    const rebuilt = rebuild(args.dir, venue, market, progress.update, facts)
    progress.finish()
    const { events, cutOff, difference, damaged, notCompared } = rebuilt
    for (const damage of damaged) this.log(damageText(damage))
    if (damaged.length > 0) {
      this.log(`${notCompared} events not compared, since blocks are damaged`)
      process.exitCode = exitCode.failed
    }
    if (cutOff > 0) this.log(`${cutOff} events on one side only, where a recorder was killed`)
    if (difference === null && events === 0) {
      this.log('no events: nothing was compared')
      process.exitCode = exitCode.failed
    } else if (difference === null) this.log(`${events} events, no difference`)
    else {
      this.log(`event ${difference.number} differs, ${events} before it do not`)
      this.log(`recorded ${difference.recorded.slice(0, 400)}`)
      this.log(`rebuilt  ${difference.rebuilt.slice(0, 400)}`)
      process.exitCode = exitCode.failed
    }
    return rebuilt
  }
}

/** What a feed said, from the log of its tree. */
function* factsIn(folder: string): Generator<MarketFact> {
  for (const { content } of readLog(folder, { topics: ['md'] })) {
    const { at, topic, payload, source } = JSON.parse(content) as Event
    if (source === feedSource) yield { at, topic, payload } as MarketFact
  }
}
