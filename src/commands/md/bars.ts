import { Flags } from '@oclif/core'
import { computeBarCases } from '#compose/bar-cases.ts'
import { TraderCommand } from '#lib/terminal/command.ts'
import { exitCode } from '#lib/terminal/exit-code.ts'

export default class MdBars extends TraderCommand {
  static override summary =
    'Make bars of trades (time, trades, volume, notional) and wider bars of narrow ones, as a manifest names them'
  static override description =
    'Trades are CSV with ms, price, size; bars of a minute CSV with time, open, high, low, close, volume. The bars are those that the md service builds: trades are never split, the excess over a threshold is not carried, and the last bar stands with complete = 0. Sums are exact. What cannot be made is left out, with the reason on stderr and exit code 2.'
  static override examples = ['<%= config.bin %> md bars --manifest bars/manifest.json --dir bars --out built']
  static override enableJsonFlag = true
  static override flags = {
    manifest: Flags.string({
      required: true,
      helpValue: 'FILE',
      description: 'JSON: aggregate and resample, each with inputs and outputs',
    }),
    dir: Flags.string({ required: true, helpValue: 'DIR', description: 'Where the inputs are' }),
    out: Flags.string({ required: true, helpValue: 'DIR', description: 'Where the bars are written' }),
  }

  async run(): Promise<unknown> {
    const { manifest, dir, out } = (await this.parse(MdBars)).flags
    const done = computeBarCases(manifest, dir, out, (line) => this.say(line))
    if (done.failed > 0) process.exitCode = exitCode.usage
    this.say(`${done.bars} bars in ${done.outputs - done.failed} files, ${done.failed} files that could not be made`)
    return done
  }
}
