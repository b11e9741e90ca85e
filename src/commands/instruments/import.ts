import { Args, Flags } from '@oclif/core'
import { TraderCommand } from '#lib/terminal/command.ts'
import { binanceMarkets } from '#services/md/adapters/binance/markets.ts'
import { catalogueEntry } from '#services/md/adapters/instruments/catalogue-entry.ts'
import { readCatalogue, writeCatalogue } from '#services/md/adapters/instruments/catalogue-file.ts'
import { readListings } from '#services/md/adapters/instruments/read-listings.ts'

const mostNamed = 10

export default class InstrumentsImport extends TraderCommand {
  static override summary = "Add instruments to a catalogue, from what exchanges and LEAN's database say of them"
  static override description =
    'Reads LEAN symbol properties (.csv), answers of Binance exchangeInfo and of Deribit get_instruments (JSON), or recordings that have such answers in them; any may be gzip. An instrument that is there already is replaced. The catalogue is JSONL, an instrument a line: tick size, lot size, multiplier, currency, calendar, expiry.'
  static override examples = [
    '<%= config.bin %> instruments import symbol-properties-database.csv --to instruments.jsonl',
    '<%= config.bin %> instruments import exchangeInfo.json get_instruments.json --to instruments.jsonl',
  ]
  static override enableJsonFlag = true
  static override strict = false
  static override args = { file: Args.string({ required: true, description: 'A file of listings; more may follow' }) }
  static override flags = {
    to: Flags.string({ default: 'instruments.jsonl', helpValue: 'FILE', description: 'The catalogue' }),
    market: Flags.option({
      options: binanceMarkets,
      description: 'Whose exchangeInfo it is, where it does not tell',
    })(),
  }

  async run(): Promise<unknown> {
    const { argv, flags } = await this.parse(InstrumentsImport)
    const catalogue = readCatalogue(flags.to, true)
    const before = catalogue.size
    const left = new Map<string, string[]>()
    let read = 0
    for (const file of argv as string[]) {
      for (const { listed, calendar } of readListings(file, { market: flags.market })) {
        const entry = catalogueEntry(listed, calendar, file)
        if (typeof entry === 'string') left.set(entry, [...(left.get(entry) ?? []), listed.instrument])
        else catalogue.set(entry.instrument, entry)
        read++
      }
    }
    writeCatalogue(flags.to, catalogue)
    for (const [why, names] of left) {
      const more = names.length > mostNamed ? ' ...' : ''
      this.say(`${names.length} left out: ${why}: ${names.slice(0, mostNamed).join(', ')}${more} (--json names all)`)
    }
    const added = catalogue.size - before
    this.log(`${read} read, ${added} new, ${catalogue.size} in ${flags.to}`)
    return { catalogue: flags.to, read, added, total: catalogue.size, leftOut: Object.fromEntries(left) }
  }
}
