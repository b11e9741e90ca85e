import { Args, Flags } from '@oclif/core'
import { AnsweredCommand } from '#compose/answered-command.ts'
import { commandTree } from '#compose/tree-command.ts'
import { doorOf, treeFlags } from '#compose/tree-door.ts'
import { UserError } from '#lib/terminal/user-error.ts'
import { Price } from '#schemas/primitives.ts'

export default class OrderReplace extends AnsweredCommand {
  static override summary = 'Move a working limit order to another price'
  static override description =
    'The risk gate is not asked again: a buy moves to any price that is no higher than the approved one, a sell that is reduce-only or an exit to any that is no lower; another sell stays. Whether the venue moved it, trader order show says. The exit code is 1 when it was refused, when nothing runs, or when no answer came within 10 s.'
  static override examples = ['<%= config.bin %> order replace t-41-0 --limit-price 99.50 --reason "the book is thin"']
  static override enableJsonFlag = true
  static override args = { id: Args.string({ required: true, description: 'The client order id' }) }
  static override flags = {
    ...treeFlags,
    'limit-price': Flags.string({ required: true, description: 'Where it is to stand' }),
    reason: Flags.string({ description: 'Why, for the log', required: true }),
  }

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(OrderReplace)
    if (!Price.safeParse(flags['limit-price']).success)
      throw new UserError(`--limit-price ${flags['limit-price']} is no decimal number`)
    const { reason, 'limit-price': limitPrice } = flags
    const door = doorOf(flags)
    const command = { command: 'order.replace', order: args.id, limitPrice, reason } as const
    return this.tell(flags.run, door && (await commandTree(door, command)))
  }
}
