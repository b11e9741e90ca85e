import { setTimeout as sleep } from 'node:timers/promises'
import { Flags } from '@oclif/core'
import { TraderCommand } from '#lib/terminal/command.ts'
import { startProgress } from '#lib/terminal/progress.ts'
import { UserError } from '#lib/terminal/user-error.ts'
import { type StreamKind, streamKinds } from '#services/md/adapters/live/live-venue.ts'
import { recordMarket } from '#services/md/adapters/record-market.ts'
import { liveVenueNames } from '#services/md/adapters/venues.ts'

export default class MdRecord extends TraderCommand {
  static override summary = 'Record an exchange as it is now: events, and the raw frames beside them'
  static override description =
    'Listens to an exchange and writes events to DIR/events and, with --raw, everything that went over the wire to DIR/raw: a file a day, in compressed blocks with an index. Ends with Ctrl+C. `trader md rebuild` derives the events from the frames again; `trader md import --format raw` makes a data set of them.'
  static override examples = [
    '<%= config.bin %> md record --venue binance-usdm --symbols BTCUSDT,ETHUSDT --streams trades,quotes,depth --raw --to captures/today',
    '<%= config.bin %> md record --venue deribit --symbols BTC-PERPETUAL --streams depth --for 60 --to captures/minute',
    "<%= config.bin %> md record --venue deribit --symbols 'BTC-*,BTC-PERPETUAL' --streams quotes --to captures/chain",
  ]
  static override enableJsonFlag = true
  static override flags = {
    venue: Flags.string({
      required: true,
      description: liveVenueNames,
    }),
    symbols: Flags.string({
      required: true,
      helpValue: 'A,B',
      description: 'As the exchange names them; of deribit also BTC-*, all options on BTC',
    }),
    streams: Flags.string({ default: 'trades,quotes', description: `${streamKinds.join(', ')}, bar:1m` }),
    to: Flags.string({
      required: true,
      helpValue: 'DIR',
      description: 'Where it goes: a new folder, or one where the same was recorded before',
    }),
    raw: Flags.boolean({ description: 'Keep the frames' }),
    for: Flags.integer({ min: 1, helpValue: 'SECONDS', description: 'End after so long' }),
    'ws-url': Flags.string({ description: 'Another address for the stream' }),
    'rest-url': Flags.string({ description: 'Another address for requests' }),
  }

  async run(): Promise<unknown> {
    const { flags } = await this.parse(MdRecord)
    const streams = flags.streams.split(',').map((stream) => streamIn(stream.trim()))
    const stopping = new AbortController()
    const stop = () => stopping.abort()
    process.once('SIGINT', stop)
    process.once('SIGTERM', stop)
    if (flags.for !== undefined) void sleep(flags.for * 1000, undefined, { ref: true }).then(stop)
    const progress = startProgress({ label: 'record', unit: 'events' })
    const events = await recordMarket({
      venueName: flags.venue,
      wish: {
        symbols: flags.symbols.split(',').map((symbol) => symbol.trim()),
        streams,
        wsUrl: flags['ws-url'],
        restUrl: flags['rest-url'],
      },
      dir: flags.to,
      keepsRaw: flags.raw,
      signal: stopping.signal,
      onProgress: progress.update,
      onStatus: (line) => this.say(line),
    })
    progress.finish()
    this.say(`${events} events`)
    return { to: flags.to, events }
  }
}

function streamIn(name: string): StreamKind {
  if (/^bar:[1-9]\d*[smhdw]$/.test(name)) return name as StreamKind
  const known = streamKinds.find((kind) => kind === name)
  if (known !== undefined) return known
  throw new UserError(`there is no stream ${JSON.stringify(name)}`, {
    hint: `there are ${streamKinds.join(', ')} and bar:1m`,
  })
}
