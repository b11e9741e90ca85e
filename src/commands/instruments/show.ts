import { Args, Flags } from '@oclif/core'
import { TraderCommand } from '#lib/terminal/command.ts'
import { nearestWords } from '#lib/terminal/nearest-words.ts'
import { formatTable } from '#lib/terminal/table.ts'
import { UserError } from '#lib/terminal/user-error.ts'
import { readCatalogue } from '#services/md/adapters/instruments/catalogue-file.ts'

export default class InstrumentsShow extends TraderCommand {
  static override summary = 'Show what a catalogue says of an instrument'
  static override examples = ['<%= config.bin %> instruments show BTCUSDT.BINANCE']
  static override enableJsonFlag = true
  static override args = { instrument: Args.string({ required: true, description: 'Like BTCUSDT.BINANCE' }) }
  static override flags = {
    catalogue: Flags.string({ default: 'instruments.jsonl', helpValue: 'FILE', description: 'The catalogue' }),
  }

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(InstrumentsShow)
    const catalogue = readCatalogue(flags.catalogue)
    const name = args.instrument.toUpperCase()
    const entry = catalogue.get(name)
    if (entry === undefined) {
      const near = nearestWords(name, [...catalogue.keys()]).slice(0, 3)
      const hint = near.length === 0 ? undefined : `did you mean ${near.join(', ')}?`
      throw new UserError(`has no ${name}`, { file: flags.catalogue, hint })
    }
    const rows = Object.entries(entry).map(([key, value]): [string, string] =>
      key === 'expiresAt' ? [key, new Date(Number(value) / 1_000).toISOString()] : [key, String(value)],
    )
    this.log(formatTable([{ head: 'instrument' }, { head: entry.instrument }], rows.slice(1)))
    return entry
  }
}
