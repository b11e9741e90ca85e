import { Flags } from '@oclif/core'
import { ordersIn } from '#compose/book-view.ts'
import { isoMicros } from '#compose/order-life-text.ts'
import { logOf, runFlags } from '#compose/run-folder.ts'
import { TraderCommand } from '#lib/terminal/command.ts'
import { formatTable } from '#lib/terminal/table.ts'

export default class OrdersList extends TraderCommand {
  static override summary = 'List the orders of a run with what became of them'
  static override examples = [
    '<%= config.bin %> orders list --open',
    '<%= config.bin %> orders list --run 20261124-101500-ema-cross --json',
  ]
  static override enableJsonFlag = true
  static override flags = {
    open: Flags.boolean({ description: 'Only those that have not ended' }),
    ...runFlags,
  }

  async run(): Promise<unknown> {
    const { flags } = await this.parse(OrdersList)
    const orders = ordersIn(logOf(flags.run, flags), flags.open)
    const left = ['order', 'sent', 'strategy', 'instrument', 'side', 'type'].map((head) => ({ head }))
    const right = ['quantity', 'limit', 'filled'].map((head) => ({ head, align: 'right' as const }))
    const rows = orders.map((one) => [
      one.clientOrderId,
      isoMicros(one.at).slice(0, 19),
      one.strategy,
      one.instrument,
      one.side,
      one.orderType,
      one.quantity,
      one.limitPrice ?? '-',
      one.filled,
      one.status,
    ])
    this.log(rows.length === 0 ? 'no orders' : formatTable([...left, ...right, { head: 'status' }], rows))
    return orders
  }
}
