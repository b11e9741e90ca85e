import { Flags } from '@oclif/core'
import { AnsweredCommand } from '#compose/answered-command.ts'
import { order, orderArgs, orderFlags } from '#compose/tree-order.ts'
import { exitCode } from '#lib/terminal/exit-code.ts'
import { massCancelText } from '#lib/terminal/mass-cancel-text.ts'

export default class Halt extends AnsweredCommand {
  static override summary = 'Halt all trading, or one strategy, until resume'
  static override description =
    'Halts risk: working orders are canceled, but for what only reduces, and no new exposure is taken. A strategy that is halted closes its position; where its process does not answer, the gate keeps it from adding all the same, and that is said. Says how the orders ended, or which the venue still has open. The exit code is 1 when it was refused, when nothing runs, when no answer came within 10 s (of a strategy: 3 s after the gate’s), or when an order is still open.'
  static override examples = [
    '<%= config.bin %> halt --reason "exchange is down"',
    '<%= config.bin %> halt --when-halted flatten --reason "everything out"',
    '<%= config.bin %> halt ema-cross --reason drill --yes',
  ]
  static override enableJsonFlag = true
  static override args = orderArgs
  static override flags = {
    ...orderFlags,
    'when-halted': Flags.option({
      options: ['reduce', 'refuse', 'flatten'] as const,
      description:
        'What passes meanwhile: what reduces positions, nothing, or nothing while every position is closed at the market. Without it: as the topology says',
    })(),
  }

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(Halt)
    const answer = await order({ word: 'halt', strategy: args.strategy, whenHalted: flags['when-halted'] }, flags)
    const told = this.tell(flags.run, answer)
    const orders = answer?.orders
    if (orders === null || (orders?.openCount ?? 0) > 0) process.exitCode = exitCode.failed
    if (answer?.isDone && orders !== undefined) this.log(massCancelText(orders))
    return told
  }
}
