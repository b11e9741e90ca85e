import { Flags } from '@oclif/core'
import { announceReady, onStop } from '#lib/process/child-life.ts'
import { TraderCommand } from '#lib/terminal/command.ts'
import { UserError } from '#lib/terminal/user-error.ts'
import { Currency, Money } from '#schemas/primitives.ts'
import { FeedConfig } from '#services/md/adapters/feed-config.ts'
import { openFeed } from '#services/md/adapters/open-feed.ts'
import { apiKeyIn } from '#services/venue/adapters/binance/api-key-file.ts'
import { serveBinance } from '#services/venue/adapters/binance/serve-binance.ts'
import { VenueConfig } from '#services/venue/service.ts'

export default class VenueServe extends TraderCommand {
  static override summary = 'Serve the simulated venue over an exchange’s own protocol, for any bot to trade against'
  static override description =
    'Binance Spot: REST (api/v3) and WebSocket streams on one port. The market is the built-in seeded one, or a data set at its speed. Clients sign with the key in --key-file, which is made where it is missing. See docs/served-binance.md.'
  static override examples = [
    '<%= config.bin %> venue serve --as binance --port 8080 --balance USD=100000',
    '<%= config.bin %> venue serve --as binance --data data/btcusdt --speed 60 --balance USDT=100000',
  ]
  static override flags = {
    as: Flags.option({ options: ['binance'] as const, required: true })({ description: 'Whose protocol' }),
    host: Flags.string({ default: '127.0.0.1', description: 'Address to listen on' }),
    port: Flags.integer({ default: 8080, min: 0, max: 65_535, description: '0 takes a free one' }),
    data: Flags.string({ helpValue: 'DIR', description: 'A data set, as trader md import makes it' }),
    speed: Flags.string({ default: '1', description: 'Of the data set: 1, 60, max' }),
    seed: Flags.integer({ default: 1, min: 0, max: Number.MAX_SAFE_INTEGER, description: 'Of the built-in market' }),
    'events-per-second': Flags.integer({ default: 20, min: 1, max: 1_000, description: 'Of the built-in market' }),
    balance: Flags.string({
      multiple: true,
      multipleNonGreedy: true,
      helpValue: 'ASSET=AMOUNT',
      description: 'What the account holds; USD=100000 where none is said',
    }),
    'taker-bps': Flags.string({ default: '0', description: 'Fee for taking, in basis points' }),
    'maker-bps': Flags.string({ default: '0', description: 'Fee for making' }),
    'rate-limits': Flags.boolean({
      default: true,
      allowNo: true,
      description: 'Binance’s limits of requests and orders',
    }),
    'key-file': Flags.string({ default: 'keys/served-binance.json', description: 'Key and secret of clients' }),
  }

  async run(): Promise<void> {
    const { flags } = await this.parse(VenueServe)
    const config = VenueConfig.safeParse({
      fill: 'touch',
      currency: 'USD',
      fees: { takerBps: Number(flags['taker-bps']), makerBps: Number(flags['maker-bps']) },
    })
    if (!config.success)
      throw new UserError(`${config.error.issues[0]?.path.join('.')}: ${config.error.issues[0]?.message}`)
    const feed = FeedConfig.safeParse(
      flags.data === undefined
        ? { kind: 'seeded', seed: flags.seed, eventsPerSecond: flags['events-per-second'] }
        : { kind: 'data-set', path: flags.data, speed: flags.speed === 'max' ? 'max' : Number(flags.speed) },
    )
    if (!feed.success) throw new UserError(`--speed ${flags.speed}: ${feed.error.issues[0]?.message}`)
    const stopping = new AbortController()
    const facts = await openFeed(feed.data, { mark: null, now: Date.now() * 1_000, signal: stopping.signal })
    const server = await serveBinance({
      host: flags.host,
      port: flags.port,
      key: apiKeyIn(flags['key-file']),
      config: config.data,
      balances: balancesOf(flags.balance ?? ['USD=100000']),
      nowMs: Date.now,
      limits: flags['rate-limits'] ? undefined : [],
      // What a process had is not taken for what the next one has. [B6]
      firstId: Date.now(),
    })
    onStop(async () => {
      stopping.abort()
      await server.close()
    })
    this.say(`binance at ${server.url}, simulated; clients sign with the key in ${flags['key-file']}`)
    announceReady({ state: 'ready', url: server.url })
    for await (const batch of facts) for (const fact of batch) server.hear(fact)
    this.say('the market has ended')
    await new Promise(() => undefined)
  }
}

function balancesOf(texts: readonly string[]): Record<string, string> {
  const pairs = texts.map((text) => {
    const [asset = '', amount = ''] = text.split('=')
    if (!Currency.safeParse(asset).success || !Money.safeParse(amount).success)
      throw new UserError(`--balance ${text}: expected ASSET=AMOUNT, like USDT=100000`)
    return [asset, amount] as const
  })
  return Object.fromEntries(pairs)
}
