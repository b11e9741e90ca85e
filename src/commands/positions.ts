import { Flags } from '@oclif/core'
import { positionsIn } from '#compose/book-view.ts'
import { logOf, runFlags } from '#compose/run-folder.ts'
import { removedOf } from '#lib/journal/kept-events.ts'
import { TraderCommand } from '#lib/terminal/command.ts'
import { formatTable } from '#lib/terminal/table.ts'

export default class Positions extends TraderCommand {
  static override summary = 'Show the positions of a run, per strategy and instrument, at the newest price in its log'
  static override examples = [
    '<%= config.bin %> positions',
    '<%= config.bin %> positions --run 20261124-101500-ema-cross --all --json',
  ]
  static override enableJsonFlag = true
  static override flags = {
    all: Flags.boolean({ description: 'Also those that are flat' }),
    ...runFlags,
  }

  async run(): Promise<unknown> {
    const { flags } = await this.parse(Positions)
    const log = logOf(flags.run, flags)
    const positions = positionsIn(log, flags.all)
    const right = (head: string) => ({ head, align: 'right' as const })
    const hasFifo = positions.some(({ fifo }) => fifo !== undefined)
    const priced = ['position', 'average', 'mark'].map(right)
    const own = ['exposure', 'unrealized', 'realized', 'fees', 'funding']
    const inMoney = [...own, ...(hasFifo ? ['FIFO unrealized', 'FIFO realized', 'lots'] : [])].map(right)
    const rows = positions.map((one) => [
      one.strategy,
      one.instrument,
      one.position,
      one.averagePrice === null ? '-' : shown(one.averagePrice),
      one.mark,
      one.currency,
      one.exposure ?? '-',
      one.unrealized,
      one.realized,
      one.fees,
      one.paid ?? '0',
      ...(hasFifo ? [one.fifo?.unrealized ?? '-', one.fifo?.realized ?? '-', String(one.fifo?.lots ?? '-')] : []),
    ])
    const columns = [{ head: 'strategy' }, { head: 'instrument' }, ...priced, { head: 'in' }, ...inMoney]
    this.log(rows.length === 0 ? 'flat' : formatTable(columns, rows))
    if (positions.some(({ exposure }) => exposure === null))
      this.say(
        `${removedOf(log)}: without its listing, and a snapshot of this version that has it, a position is as its last fill left it`,
      )
    return positions
  }
}

/** The 18 digits of an average are of the money, not for eyes. */
const shown = (price: string): string =>
  Number(price).toLocaleString('en-US', { maximumSignificantDigits: 12, useGrouping: false })
