import { Args } from '@oclif/core'
import { faultText } from '#lib/book/book-checksum.ts'
import { type Damage, damageText } from '#lib/files/block-lines.ts'
import { TraderCommand } from '#lib/terminal/command.ts'
import { exitCode } from '#lib/terminal/exit-code.ts'
import { formatTable } from '#lib/terminal/table.ts'
import { checkMarket, type StreamDay } from '#services/md/adapters/check-market.ts'
import { sparkline } from '#services/md/adapters/coverage.ts'
import { holeText } from '#services/md/adapters/depth-holes.ts'
import { readEvents } from '#services/md/adapters/read-events.ts'

const rowsShown = 60

export default class MdCheck extends TraderCommand {
  static override summary = 'List gaps, crossed books, clock skew and times out of order, per stream and day'
  static override description =
    'Reads a data set, a recording, or a file of events a line (as `trader md normalize` writes). Coverage shows the UTC day in 48 parts of half an hour. The exit code is 1 when a gap is open at the end, time goes back, a frame or an update was refused that is no repeat, a time could not be believed, a book is not the one of which its checksum is, updates of a book are missing by their numbers and no gap says so, or a block of a recording is damaged: what is behind it is read all the same.'
  static override examples = [
    '<%= config.bin %> md check captures/today',
    '<%= config.bin %> md check events.jsonl --json',
  ]
  static override enableJsonFlag = true
  static override args = {
    path: Args.string({ required: true, description: 'A data set, a recording or a file of events' }),
  }

  async run(): Promise<unknown> {
    const { args } = await this.parse(MdCheck)
    const damaged: Damage[] = []
    const { days, timeGoesBack, badFrames, badTimes, wrongBooks, holes } = checkMarket(
      readEvents(args.path, (damage) => damaged.push(damage)),
    )
    this.log(formatTable(heads, days.slice(0, rowsShown).map(rowOf)))
    if (days.length > rowsShown) this.log(`and ${(days.length - rowsShown).toLocaleString('en-US')} streams more`)
    const total = (of: (day: StreamDay) => number) => days.reduce((sum, day) => sum + of(day), 0)
    const [gaps, open, crossed] = [total((day) => day.gaps), total((day) => day.open), total((day) => day.crossed)]
    this.log(
      `${total((day) => day.events)} events, ${gaps} gaps (${open} open at the end), ${crossed} crossed books, ${total((day) => day.outOfOrder)} times out of order`,
    )
    const [unsaid, early] = [total((day) => day.unsaid), total((day) => day.early)]
    const faults = [
      [timeGoesBack, 'events are earlier than the one before'],
      [badFrames, 'frames could not be read'],
      [badTimes, 'times could not be believed'],
      [unsaid, 'events were refused that are no repeats'],
      [wrongBooks.length, 'times a book was not the one of which its checksum is'],
      [holes.length, 'times updates of a book are missing, and no md.gap says so'],
    ] as const
    for (const [count, what] of faults) if (count > 0) this.log(`${count} ${what}`)
    for (const fault of wrongBooks.slice(0, rowsShown)) this.log(`${timeText(fault.at)}: ${faultText(fault)}`)
    for (const hole of holes.slice(0, rowsShown)) this.log(`${timeText(hole.at)}: ${holeText(hole)}`)
    if (early > 0) this.log(`${early} updates came before the first snapshot of their book`)
    for (const damage of damaged) this.log(damageText(damage))
    if (days.length === 0) this.log('it holds no events of the market')
    if (days.length === 0 || open > 0 || damaged.length > 0 || faults.some(([count]) => count > 0))
      process.exitCode = exitCode.failed
    return { path: args.path, timeGoesBack, badFrames, badTimes, wrongBooks, holes, damaged, days }
  }
}

const timeText = (at: number): string => new Date(at / 1000).toISOString()

const right = 'right' as const
const heads = [
  { head: 'day' },
  { head: 'instrument' },
  { head: 'stream' },
  { head: 'events', align: right },
  { head: 'gaps', align: right },
  { head: 'missing', align: right },
  { head: 'refused', align: right },
  { head: 'crossed', align: right },
  { head: 'stale', align: right },
  { head: 'disorder', align: right },
  { head: 'ahead ms', align: right },
  { head: 'silence s', align: right },
  { head: 'coverage' },
]

function rowOf(day: StreamDay): (string | number)[] {
  const ahead = day.aheadMicros === null ? '' : Math.round(day.aheadMicros / 1000)
  const gaps = day.open > 0 ? `${day.gaps} (${day.open} open)` : day.gaps
  return [
    ...[day.day, day.instrument, day.stream, day.events, gaps, day.missing, day.refused, day.crossed, day.stale],
    ...[day.outOfOrder, ahead, (day.longestSilence / 1e6).toFixed(1), sparkline(day.parts)],
  ]
}
