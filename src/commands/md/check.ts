import { Args } from '@oclif/core'
import { TraderCommand } from '#lib/terminal/command.ts'
import { exitCode } from '#lib/terminal/exit-code.ts'
import { formatTable } from '#lib/terminal/table.ts'
import { checkMarket, type StreamDay } from '#services/md/adapters/check-market.ts'
import { sparkline } from '#services/md/adapters/coverage.ts'
import { readEvents } from '#services/md/adapters/read-events.ts'

const rowsShown = 60

export default class MdCheck extends TraderCommand {
  static override summary = 'List gaps, crossed books, clock skew and times out of order, per stream and day'
  static override description =
    'Reads a data set, a recording, or a file of events a line (as `trader md normalize` writes). Coverage shows the UTC day in 48 parts of half an hour. The exit code is 1 when a gap is open at the end, or time goes back.'
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
    const { days, timeGoesBack } = checkMarket(readEvents(args.path))
    this.log(formatTable(heads, days.slice(0, rowsShown).map(rowOf)))
    if (days.length > rowsShown) this.log(`and ${(days.length - rowsShown).toLocaleString('en-US')} streams more`)
    const total = (of: (day: StreamDay) => number) => days.reduce((sum, day) => sum + of(day), 0)
    const [gaps, open, crossed] = [total((day) => day.gaps), total((day) => day.open), total((day) => day.crossed)]
    this.log(
      `${total((day) => day.events)} events, ${gaps} gaps (${open} open at the end), ${crossed} crossed books, ${total((day) => day.outOfOrder)} times out of order`,
    )
    if (timeGoesBack > 0) this.log(`${timeGoesBack} events are earlier than the one before`)
    if (open > 0 || timeGoesBack > 0) process.exitCode = exitCode.failed
    return { path: args.path, timeGoesBack, days }
  }
}

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
