import { Flags } from '@oclif/core'
import { answerCases } from '#compose/answer-cases.ts'
import { AccountCase } from '#lib/accounting/account-case.ts'
import { accountHistory } from '#lib/accounting/account-history.ts'
import { TraderCommand } from '#lib/terminal/command.ts'
import { exitCode } from '#lib/terminal/exit-code.ts'

export default class PnlCompute extends TraderCommand {
  static override summary = 'Reckon positions and profit of fills, funding and splits: average cost and FIFO, exactly'
  static override description =
    'Reads a JSON object a line: events of one position, with multiplier and inverse. Writes a line {"seed", "expected"} for each; expected is null, with the reason on stderr and exit code 2, where a case cannot be reckoned.'
  static override examples = ['<%= config.bin %> pnl compute --in fills.jsonl --out answers.jsonl']
  static override enableJsonFlag = true
  static override flags = {
    in: Flags.string({ required: true, helpValue: 'FILE', description: 'Cases, JSONL, may be gzip; - is stdin' }),
    out: Flags.string({ required: true, helpValue: 'FILE', description: 'Answers, JSONL; - is stdout' }),
  }

  async run(): Promise<unknown> {
    const { flags } = await this.parse(PnlCompute)
    const done = answerCases(flags.in, flags.out, {
      key: 'seed',
      schema: AccountCase,
      answer: accountHistory,
      say: (line) => this.say(line),
    })
    if (done.failed > 0) process.exitCode = exitCode.usage
    this.say(`${done.cases} cases, ${done.failed} that could not be reckoned`)
    return done
  }
}
