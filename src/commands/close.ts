import { Args, Flags } from '@oclif/core'
import { AnsweredCommand } from '#compose/answered-command.ts'
import { commandTree } from '#compose/tree-command.ts'
import { doorOf } from '#compose/tree-door.ts'
import { confirm, orderFlags, refuseNoReason } from '#compose/tree-order.ts'
import { UserError } from '#lib/terminal/user-error.ts'
import { InstrumentId, Name } from '#schemas/primitives.ts'

export default class Close extends AnsweredCommand {
  static override summary = 'Close one position at the market'
  static override description =
    'The risk gate judges it like a wish of the strategy to be flat: its orders at work in the instrument are canceled first, exits of a bracket too. The strategy is not told: it goes on by its own wish, and may add to it; trader halt NAME stops it and closes all that it holds. What came of it, trader positions and trader orders list say. The exit code is 1 when it was refused, when nothing runs, or when no answer came within 10 s.'
  static override examples = [
    '<%= config.bin %> close BTCUSDT.BINANCE --reason "news at ten"',
    '<%= config.bin %> close BTCUSDT.BINANCE --strategy ema-cross --reason "by hand" --yes --json',
  ]
  static override enableJsonFlag = true
  static override args = {
    instrument: Args.string({ required: true, description: 'What is held, like BTCUSDT.BINANCE' }),
  }
  static override flags = {
    ...orderFlags,
    strategy: Flags.string({ description: 'Whose, where several hold it' }),
  }

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(Close)
    const { instrument } = args
    const { reason, strategy } = flags
    if (!InstrumentId.safeParse(instrument).success)
      throw new UserError(`${instrument} is no instrument`, { hint: 'see: trader positions' })
    if (strategy !== undefined && !Name.safeParse(strategy).success)
      throw new UserError(`--strategy ${strategy} is no name of a strategy`)
    refuseNoReason(flags)
    const door = doorOf(flags)
    if (door !== null && !flags.yes)
      await confirm('CLOSE', strategy === undefined ? instrument : `${instrument} of ${strategy}`)
    const command = { command: 'position.close', instrument, target: strategy, reason } as const
    return this.tell(flags.run, door && (await commandTree(door, command)))
  }
}
