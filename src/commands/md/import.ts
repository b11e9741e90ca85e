import { Args, Flags } from '@oclif/core'
import { TraderCommand } from '#lib/terminal/command.ts'
import { exitCode } from '#lib/terminal/exit-code.ts'
import { type Progress, startProgress } from '#lib/terminal/progress.ts'
import { type CsvRole, csvRoles, flagOf, type NamedColumns } from '#services/md/adapters/csv/csv-columns.ts'
import type { DataSetManifest } from '#services/md/adapters/data-set-manifest.ts'
import { summaryLines } from '#services/md/adapters/data-set-summary.ts'
import { type Imported, type ImportProgress, importMarketData } from '#services/md/adapters/import-market-data.ts'
import { listedByCatalogue } from '#services/md/adapters/instruments/listed-by-catalogue.ts'
import { type ImportChoices, importFormats, planImport } from '#services/md/adapters/plan-import.ts'
import { venueNames } from '#services/md/adapters/venues.ts'

const columnFlag = (role: CsvRole) =>
  Flags.string({
    helpGroup: 'CSV COLUMNS',
    helpValue: 'COLUMN',
    description: `Where the ${flagOf(role).replace('-', ' ')} stands`,
  })

export default class MdImport extends TraderCommand {
  static override summary = 'Turn files of market data into a data set for backtests and replays'
  static override description =
    'Reads LEAN zips (by their places in its folders; with a factor file named beside them, the splits of their shares), CSV and Parquet files, the public archive of Binance (`archive`: klines, trades, aggTrades, bookTicker, fundingRate, zipped or not, with or without a header, in milliseconds or microseconds), snapshots of option chains (`chain`: end-of-day CSV, universes of LEAN, and JSON of Deribit, NSE and Cboe), or recordings of raw frames, and writes them as one log in order of time. Killed and run again it goes on; run again when done it changes nothing. Columns are named by header, by number from 1, or several joined by + (--time 1+2). With --skip-bad the exit code is 1 when a file is cut: what is whole of it is written.'
  static override examples = [
    '<%= config.bin %> md import data/equity/usa/daily/spy.zip --format lean --to data/spy',
    '<%= config.bin %> md import data/equity/usa/daily/aapl.zip data/equity/usa/factor_files/aapl.csv --format lean --to data/aapl',
    '<%= config.bin %> md import data/forex/fxcm/hour --format lean --side bid --to data/eurusd',
    '<%= config.bin %> md import BTCUSDT-1m-2024.csv --format csv --instrument BTCUSDT.BINANCE --interval 1m --to data/btc',
    '<%= config.bin %> md import ko.csv pep.csv --format csv --instrument KO.NYSE --instrument PEP.NYSE --kind equity --interval 1d --to data/pair',
    '<%= config.bin %> md import BTCUSDT-aggTrades-2025-01-01.zip --format archive --venue binance --to data/trades',
    '<%= config.bin %> md import SPX_20190425.csv.gz --format chain --to data/chains',
    '<%= config.bin %> md import cl.csv --format csv --instrument CL.NYMEX --interval 1m --time 1+2 --open 3 --high 4 --low 5 --close 6 --time-format "dd/MM/yyyy HH:mm:ss" --zone America/Chicago --to data/cl',
    '<%= config.bin %> md import btcusdt_20240808.gz --format raw --venue binance --to data/capture',
  ]
  static override enableJsonFlag = true
  static override strict = false
  static override args = {
    src: Args.string({ required: true, description: 'A file or a folder; more may follow' }),
  }
  static override flags = {
    format: Flags.option({ options: importFormats, required: true, description: 'How the files are written' })(),
    to: Flags.string({ required: true, helpValue: 'DIR', description: 'Folder of the data set, new or interrupted' }),
    'skip-bad': Flags.boolean({ description: 'Leave out lines that cannot be read, and count them' }),
    'tick-size': Flags.string({
      helpGroup: 'INSTRUMENT',
      description: 'Smallest step of prices [default: from the source]',
    }),
    'lot-size': Flags.string({
      helpGroup: 'INSTRUMENT',
      description: 'Smallest step of quantities [default: from the source]',
    }),
    multiplier: Flags.string({
      helpGroup: 'INSTRUMENT',
      description: 'Units of a contract [default: from the source, or 1]',
    }),
    currency: Flags.string({
      helpGroup: 'INSTRUMENT',
      description: 'Currency of prices [default: from the source or the name]',
    }),
    catalogue: Flags.string({
      helpGroup: 'INSTRUMENT',
      helpValue: 'FILE',
      description: 'Terms of the instruments, as trader instruments import makes it; before those of the source',
    }),
    side: Flags.option({
      options: ['bid', 'ask', 'mid'] as const,
      helpGroup: 'LEAN',
      description: 'Price that makes a bar of a quote bar [default: mid]',
    })(),
    bars: Flags.option({
      options: ['trade', 'quote'] as const,
      helpGroup: 'LEAN',
      description: 'Bars that are taken where there are both [default: trade]',
    })(),
    'keep-suspicious': Flags.boolean({
      helpGroup: 'LEAN',
      description: 'Take ticks that their source calls suspicious',
    }),
    venue: Flags.string({
      helpGroup: 'RAW AND ARCHIVE',
      description: `Whose frames they are (${venueNames}), or of which market of Binance the files of its archive`,
    }),
    instrument: Flags.string({
      multiple: true,
      multipleNonGreedy: true,
      helpGroup: 'CSV',
      description: 'What the files are of, like BTCUSDT.BINANCE; again for each file where they differ',
    }),
    kind: Flags.option({
      options: ['spot', 'equity', 'forex', 'future', 'perpetual', 'index'] as const,
      helpGroup: 'CSV',
      description: 'Kind of instrument [default: spot]',
    })(),
    interval: Flags.string({ helpGroup: 'CSV', description: 'Width of bars, like 1m, 1h or 1d' }),
    'time-format': Flags.string({
      helpGroup: 'CSV',
      description: 's, ms, us, ns, iso, or a pattern like "dd/MM/yyyy HH:mm:ss" [default: as the first time looks]',
    }),
    'time-is': Flags.option({
      options: ['start', 'end'] as const,
      helpGroup: 'CSV',
      description: 'What the time of a bar is [default: start]',
    })(),
    zone: Flags.string({
      helpGroup: 'CSV',
      description: 'Time zone of times that state none, like America/New_York or UTC-05 [default: UTC]',
    }),
    delimiter: Flags.string({
      helpGroup: 'CSV',
      description: 'What stands between columns [default: as in the first line]',
    }),
    time: columnFlag('time'),
    open: columnFlag('open'),
    high: columnFlag('high'),
    low: columnFlag('low'),
    close: columnFlag('close'),
    volume: columnFlag('volume'),
    price: columnFlag('price'),
    size: columnFlag('size'),
    aggressor: columnFlag('aggressor'),
    bid: columnFlag('bid'),
    'bid-size': columnFlag('bidSize'),
    ask: columnFlag('ask'),
    'ask-size': columnFlag('askSize'),
  }

  async run(): Promise<unknown> {
    const { argv, flags } = await this.parse(MdImport)
    const choices: ImportChoices = {
      side: flags.side,
      bars: flags.bars,
      keepSuspicious: flags['keep-suspicious'] ? true : undefined,
      venue: flags.venue,
      instrument: flags.instrument,
      kind: flags.kind,
      interval: flags.interval,
      timeFormat: flags['time-format'],
      timeIs: flags['time-is'],
      zone: flags.zone,
      delimiter: flags.delimiter?.replace('\\t', '\t'),
      columns: namedColumns(flags),
    }
    const { catalogue } = flags
    const planned = await planImport(flags.format, argv as string[], choices)
    const plan = catalogue === undefined ? planned : listedByCatalogue(planned, catalogue)
    for (const note of plan.notes) this.say(note)

    const progress = twoPasses()
    const terms = {
      tickSize: flags['tick-size'],
      lotSize: flags['lot-size'],
      multiplier: flags.multiplier,
      currency: flags.currency,
    }
    const request = {
      dir: flags.to,
      format: flags.format,
      plan,
      choices: { ...choices, ...(catalogue === undefined ? {} : { listed: [...plan.listed.values()] }) },
      terms,
      skipsBadLines: flags['skip-bad'],
      progress,
    }
    let imported: Imported
    try {
      imported = importMarketData(request)
    } finally {
      plan.close?.()
    }
    const { manifest, how, firstBadLines, lost } = imported
    progress.finish()

    for (const line of firstBadLines) this.say(`left out: ${line}`)
    for (const line of lost) this.say(`lost: ${line}`)
    if (lost.length > 0) process.exitCode = exitCode.failed
    const { badLines, rows } = manifest.leftOut
    if (badLines > 0) this.say(`${badLines} bad lines left out in all`)
    for (const [reason, count] of Object.entries(rows)) this.say(`${count} rows left out: ${reason}`)
    if (how === 'continued') this.say('went on with an interrupted import')
    if (how === 'unchanged') this.say('nothing to do: this data set is already here')
    for (const line of summaryLines(manifest)) this.log(line)
    return { dir: flags.to, how, ...withoutOrigin(manifest) }
  }
}

function namedColumns(flags: Readonly<Record<string, unknown>>): NamedColumns | undefined {
  const named = csvRoles.filter((role) => flags[flagOf(role)] !== undefined).map((role) => [role, flags[flagOf(role)]])
  return named.length === 0 ? undefined : Object.fromEntries(named)
}

/** Files are read twice: to check them, then to write. */
function twoPasses(): ImportProgress & { finish(): void } {
  let checking: Progress | null = null
  let writing: Progress | null = null
  return {
    checking(facts) {
      checking ??= startProgress({ label: 'check ', unit: 'rows' })
      checking.update(facts)
    },
    writing(events, total) {
      if (writing === null) checking?.finish()
      writing ??= startProgress({ label: 'import', unit: 'events', total })
      writing.update(events)
    },
    finish: () => writing?.finish(),
  }
}

const withoutOrigin = ({ origin, ...rest }: DataSetManifest): Omit<DataSetManifest, 'origin'> => rest
