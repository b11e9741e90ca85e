import { Flags } from '@oclif/core'
import { answerMetrics } from '#compose/answer-metrics.ts'
import { TraderCommand } from '#lib/terminal/command.ts'
import { exitCode } from '#lib/terminal/exit-code.ts'

export default class MetricsCompute extends TraderCommand {
  static override summary = 'Compute return, risk and trade statistics of equity curves and lists of trades'
  static override description =
    'Reads a JSON array of cases: {kind: "equity_curve", file, periods_per_year, risk_free_per_period, mar_per_period} with a CSV of time and equity, or {kind: "trades", file} with a JSON array of profits. Writes the array with "expected" replaced by the metrics; null, with the reason on stderr and exit code 2, where there are none.'
  static override examples = ['<%= config.bin %> metrics compute --cases cases.json --dir curves --out metrics.json']
  static override enableJsonFlag = true
  static override flags = {
    cases: Flags.string({ required: true, helpValue: 'FILE', description: 'JSON array of cases' }),
    dir: Flags.string({ required: true, helpValue: 'DIR', description: 'Where the files of the cases are' }),
    out: Flags.string({ required: true, helpValue: 'FILE', description: 'Where the answers go; - is stdout' }),
  }

  async run(): Promise<unknown> {
    const { flags } = await this.parse(MetricsCompute)
    const done = answerMetrics(flags.cases, flags.dir, flags.out, (line) => this.say(line))
    if (done.failed > 0) process.exitCode = exitCode.usage
    this.say(`${done.cases} cases, ${done.failed} without metrics`)
    return { ...done, out: flags.out }
  }
}
