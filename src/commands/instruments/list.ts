import { Args, Flags } from '@oclif/core'
import { TraderCommand } from '#lib/terminal/command.ts'
import { formatTable } from '#lib/terminal/table.ts'
import { readCatalogue } from '#services/md/adapters/instruments/catalogue-file.ts'

export default class InstrumentsList extends TraderCommand {
  static override summary = 'List the instruments of a catalogue'
  static override examples = [
    '<%= config.bin %> instruments list BTC --kind option --expiry 2021-09-24',
    '<%= config.bin %> instruments list --venue BINANCE --limit 20',
  ]
  static override enableJsonFlag = true
  static override args = { part: Args.string({ description: 'What the name has in it' }) }
  static override flags = {
    catalogue: Flags.string({ default: 'instruments.jsonl', helpValue: 'FILE', description: 'The catalogue' }),
    kind: Flags.string({ description: 'spot, equity, forex, future, perpetual, option or index' }),
    venue: Flags.string({ description: 'The part behind the point, like BINANCE' }),
    underlying: Flags.string({ description: 'What options and futures are on' }),
    expiry: Flags.string({ helpValue: 'DATE', description: 'Day of expiry' }),
    limit: Flags.integer({ default: 50, min: 1, description: 'Rows of the table; --json has them all' }),
  }

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(InstrumentsList)
    const part = args.part?.toUpperCase()
    const found = [...readCatalogue(flags.catalogue).values()].filter(
      ({ instrument, kind, underlying, expiry }) =>
        (part === undefined || instrument.includes(part)) &&
        (flags.kind === undefined || kind === flags.kind) &&
        (flags.venue === undefined || instrument.endsWith(`.${flags.venue.toUpperCase()}`)) &&
        (flags.underlying === undefined || underlying === flags.underlying.toUpperCase()) &&
        (flags.expiry === undefined || expiry === flags.expiry),
    )
    const heads = ['instrument', 'kind', 'tick', 'lot', 'multiplier', 'currency', 'calendar', 'expiry']
    const rows = found.slice(0, flags.limit).map((one) => {
      const { instrument, kind, tickSize, lotSize, multiplier, currency, calendar, expiry = '' } = one
      return [instrument, kind, tickSize, lotSize, multiplier, currency, calendar, expiry]
    })
    const columns = heads.map((head) => ({ head }))
    this.log(formatTable(columns, rows))
    if (found.length > flags.limit) this.say(`${found.length - flags.limit} more (--limit shows them)`)
    return found
  }
}
