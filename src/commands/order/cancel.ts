import { Args, Flags } from '@oclif/core'
import { AnsweredCommand } from '#compose/answered-command.ts'
import { commandTree } from '#compose/tree-command.ts'
import { doorOf, treeFlags } from '#compose/tree-door.ts'
import { refuseNoReason } from '#compose/tree-order.ts'

export default class OrderCancel extends AnsweredCommand {
  static override summary = 'Cancel a working order'
  static override description =
    'What came of it at the venue, trader order show says. An order that a real venue had accepted and knows nothing of any more is never ended by itself where nothing proves what became of it: --gone is your word that it works no more, after you have looked there. The exit code is 1 when it was refused, when nothing runs, or when no answer came within 10 s.'
  static override examples = ['<%= config.bin %> order cancel t-41-0 --reason "wrong size"']
  static override enableJsonFlag = true
  static override args = { id: Args.string({ required: true, description: 'The client order id' }) }
  static override flags = {
    ...treeFlags,
    gone: Flags.boolean({ description: 'It has ended, where the venue knows nothing of it' }),
    reason: Flags.string({ description: 'Why, for the log', required: true }),
  }

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(OrderCancel)
    refuseNoReason(flags)
    const door = doorOf(flags)
    const { reason, gone } = flags
    const isGone = gone ? ({ isGone: true } as const) : {}
    const command = { command: 'order.cancel', order: args.id, reason, ...isGone } as const
    return this.tell(flags.run, door && (await commandTree(door, command)))
  }
}
