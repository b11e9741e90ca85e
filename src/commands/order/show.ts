import { Args, Flags } from '@oclif/core'
import { lifeOfOrder } from '#compose/order-life.ts'
import { isoMicros, limitsText, stepsOf, treeText } from '#compose/order-life-text.ts'
import { logOf, runFlags } from '#compose/run-folder.ts'
import { removedOf } from '#lib/journal/kept-events.ts'
import { TraderCommand } from '#lib/terminal/command.ts'
import { formatTable } from '#lib/terminal/table.ts'

export default class OrderShow extends TraderCommand {
  static override summary = 'Show why an order was sent and what came of it, from the market to the profit'
  static override description =
    'Tick, indicator, intent with the hash of its strategy file, resolution, approval with the limits at that instant, order, fills and profit: each an event of the log, by cause. ID is a client order id (t-41-0), a venue’s order id (sim-3) or the id of an approval (risk:41.0).'
  static override examples = [
    '<%= config.bin %> order show t-41-0',
    '<%= config.bin %> order show sim-1 --run 20261124-101500-ema-cross --as tree',
    '<%= config.bin %> order show t-41-0 --json | jq .limits.payload.config.limits',
  ]
  static override enableJsonFlag = true
  static override args = { id: Args.string({ required: true, description: 'The order' }) }
  static override flags = {
    as: Flags.option({ options: ['table', 'tree'] as const, default: 'table' as const })({
      description: 'How it is shown',
    }),
    ...runFlags,
  }

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(OrderShow)
    const log = logOf(flags.run, flags)
    const life = lifeOfOrder(log, args.id)
    const steps = stepsOf(life)
    if (flags.as === 'tree') this.log(treeText(steps))
    else {
      const rows = steps.map(({ event, words }) => [event.seq, isoMicros(event.at), event.topic, words])
      this.log(
        formatTable([{ head: 'seq', align: 'right' }, { head: 'time' }, { head: 'event' }, { head: 'says' }], rows),
      )
    }
    this.log(`limits at the approval: ${limitsText(life)}`)
    if (life.gone.length > 0)
      this.say(`${life.gone.join(', ')} is not in the log any more; ${removedOf(log) ?? 'it is lost'}`)
    return life
  }
}
