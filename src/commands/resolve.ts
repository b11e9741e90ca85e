import { Flags } from '@oclif/core'
import { answerChains } from '#compose/answer-chains.ts'
import { TraderCommand } from '#lib/terminal/command.ts'
import { exitCode } from '#lib/terminal/exit-code.ts'

export default class Resolve extends TraderCommand {
  static override summary = 'Select expiries and strikes from snapshots of option chains'
  static override description =
    'Reads a JSON array of cases, each with a snapshot (CSV) and selections: nearest_expiry, nearest_weekly, nearest_monthly, expiry_closest_to_dte, atm_strike, nth_otm, nth_itm, atm_offset_otm, delta_target, delta_target_liquid, liquid_strikes. Writes the array with the "expected" of each selection replaced by the answer; null where no such contract is listed. The same selection as the resolver of a running system.'
  static override examples = ['<%= config.bin %> resolve --cases cases.json --chains snapshots --out answers.json']
  static override enableJsonFlag = true
  static override flags = {
    cases: Flags.string({ required: true, helpValue: 'FILE', description: 'JSON array of cases' }),
    chains: Flags.string({ required: true, helpValue: 'DIR', description: 'Where the snapshots are' }),
    out: Flags.string({ required: true, helpValue: 'FILE', description: 'Where the answers go; - is stdout' }),
  }

  async run(): Promise<unknown> {
    const { flags } = await this.parse(Resolve)
    const done = answerChains(flags.cases, flags.chains, flags.out, (line) => this.say(line))
    if (done.failed > 0) process.exitCode = exitCode.usage
    this.say(`${done.cases} snapshots, ${done.selections} selections, ${done.failed} that could not be read`)
    return { ...done, out: flags.out }
  }
}
