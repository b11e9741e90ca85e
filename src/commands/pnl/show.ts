import { newestAccount } from '#compose/book-view.ts'
import { marginText } from '#compose/margin-text.ts'
import { isoMicros } from '#compose/order-life-text.ts'
import { logOf, runFlags } from '#compose/run-folder.ts'
import { TraderCommand } from '#lib/terminal/command.ts'
import { formatTable } from '#lib/terminal/table.ts'

export default class PnlShow extends TraderCommand {
  static override summary = 'Show profit and loss of a run: the account and every strategy, at the newest snapshot'
  static override examples = [
    '<%= config.bin %> pnl show',
    '<%= config.bin %> pnl show --run 20261124-101500-ema-cross --json',
  ]
  static override enableJsonFlag = true
  static override flags = {
    ...runFlags,
  }

  async run(): Promise<unknown> {
    const { flags } = await this.parse(PnlShow)
    const newest = newestAccount(logOf(flags.run, flags))
    if (newest === null) {
      this.log('no snapshot yet')
      return {}
    }
    const { snapshot: event, margin } = newest
    const { strategies, fifo, greeks = [], ...account } = event.payload
    const right = (head: string) => ({ head, align: 'right' as const })
    const all = [...strategies, { strategy: 'account', ...account }]
    const rows = all.map((one) => [one.strategy, one.realized, one.unrealized, one.fees, one.paid ?? '0'])
    this.log(
      `${isoMicros(event.at)}  equity ${account.equity} ${account.currency}, peak ${account.peakEquity}, gross exposure ${account.grossExposure}`,
    )
    if (margin) this.log(marginText(margin))
    this.log(formatTable([{ head: 'strategy' }, ...['realized', 'unrealized', 'fees', 'funding'].map(right)], rows))
    if (fifo) this.log(`first in, first out: realized ${fifo.realized}, unrealized ${fifo.unrealized}`)
    const ofBook = greeks.map(({ underlying, missing, ...sums }) => [
      missing === 0 ? underlying : `${underlying}, without ${missing} options that have none`,
      ...[sums.delta, sums.gamma, sums.vega, sums.theta].map((sum) => sum.toPrecision(6)),
    ])
    const heads = ['delta', 'gamma', 'vega', 'theta'].map(right)
    if (ofBook.length > 0) this.log(formatTable([{ head: 'greeks of' }, ...heads], ofBook))
    return { at: event.at, ...event.payload, ...(margin && { margin }) }
  }
}
