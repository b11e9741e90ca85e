import { AnsweredCommand } from '#compose/answered-command.ts'
import { order, orderArgs, orderFlags } from '#compose/tree-order.ts'

export default class Resume extends AnsweredCommand {
  static override summary = 'Resume after a halt: all trading, or one strategy'
  static override description =
    'Risk approves orders again; a strategy that was halted by name wishes again. The exit code is 1 when it was refused, when nothing runs, or when no answer came within 10 s.'
  static override examples = [
    '<%= config.bin %> resume --reason "exchange is down"',
    '<%= config.bin %> resume ema-cross --reason drill --yes',
  ]
  static override enableJsonFlag = true
  static override args = orderArgs
  static override flags = orderFlags

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(Resume)
    return this.tell(flags.run, await order({ word: 'resume', strategy: args.strategy }, flags))
  }
}
