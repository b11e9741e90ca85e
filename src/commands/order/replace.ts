import { Args, Flags } from '@oclif/core'
import { AnsweredCommand } from '#compose/answered-command.ts'
import { commandTree } from '#compose/tree-command.ts'
import { doorOf, treeFlags } from '#compose/tree-door.ts'
import { refuseNoReason } from '#compose/tree-order.ts'
import { UserError } from '#lib/terminal/user-error.ts'
import { Price, Quantity } from '#schemas/primitives.ts'

export default class OrderReplace extends AnsweredCommand {
  static override summary = 'Move a working limit order to another price, or make it smaller'
  static override description =
    'The risk gate is not asked again: a buy moves to any price that is no higher than the approved one, a sell that is reduce-only or an exit to any that is no lower; another sell stays. --quantity is all that the order asks for, filled or not, and is only ever made less. Whether the venue moved it, trader order show says. The exit code is 1 when it was refused, when nothing runs, or when no answer came within 10 s.'
  static override examples = [
    '<%= config.bin %> order replace t-41-0 --limit-price 99.50 --reason "the book is thin"',
    '<%= config.bin %> order replace t-41-0 --quantity 0.5 --reason "half of it is enough"',
  ]
  static override enableJsonFlag = true
  static override args = { id: Args.string({ required: true, description: 'The client order id' }) }
  static override flags = {
    ...treeFlags,
    'limit-price': Flags.string({ exactlyOne: ['limit-price', 'quantity'], description: 'Where it is to stand' }),
    quantity: Flags.string({ description: 'How much it is to ask for in all' }),
    reason: Flags.string({ description: 'Why, for the log', required: true }),
  }

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(OrderReplace)
    refuseNoReason(flags)
    const { reason, 'limit-price': limitPrice, quantity } = flags
    if (limitPrice !== undefined && !Price.safeParse(limitPrice).success)
      throw new UserError(`--limit-price ${limitPrice} is no decimal number`)
    if (quantity !== undefined && !Quantity.safeParse(quantity).success)
      throw new UserError(`--quantity ${quantity} is no decimal number of 0 or more`)
    const door = doorOf(flags)
    const command = { command: 'order.replace', order: args.id, limitPrice, quantity, reason } as const
    return this.tell(flags.run, door && (await commandTree(door, command)))
  }
}
