import { existsSync, mkdirSync, rmSync } from 'node:fs'
import { basename, join } from 'node:path'
import { Args, Flags } from '@oclif/core'
import { runBacktest } from '#compose/backtest.ts'
import { backtestTable, backtestWarnings } from '#compose/backtest-table.ts'
import { runLockstepBacktest } from '#compose/lockstep-backtest.ts'
import { marketFlags, marketOf } from '#compose/market-flags.ts'
import { ordersOfFlag } from '#compose/role-orders.ts'
import { RunName } from '#compose/run-name.ts'
import { checkBars } from '#compose/strategy-bars.ts'
import { rolesIn } from '#compose/strategy-roles.ts'
import { StartingCash } from '#compose/topology.ts'
import { topologyOfFlags } from '#compose/topology-of-flags.ts'
import { SlippageFlag } from '#compose/venue-flags.ts'
import { BarWidth } from '#lib/bars/bar-width.ts'
import { makeFolder, noFolder } from '#lib/files/make-folder.ts'
import { peakResidentBytes } from '#lib/process/supervised-memory.ts'
import { checkedFlag, checkedIfGiven, numberFlag } from '#lib/terminal/checked-flag.ts'
import { TraderCommand } from '#lib/terminal/command.ts'
import { startProgress } from '#lib/terminal/progress.ts'
import { UserError } from '#lib/terminal/user-error.ts'
import { Currency, Quantity } from '#schemas/primitives.ts'
import { Fraction } from '#services/risk/service.ts'
import { readStrategyFile } from '#services/strategy/adapters/strategy-file.ts'
import { FeeBps } from '#services/venue/service.ts'

export default class Backtest extends TraderCommand {
  static override summary = 'Run a strategy over recorded market data, through the same services as live'
  static override description =
    'Writes runs/<id>: the whole event log, manifest.json, result.json, trades.csv, equity.csv. Without --data it takes bars of the built-in seeded market, which is simulated.'
  static override examples = [
    '<%= config.bin %> backtest strategies/ema-cross.yaml --data data/spy --from 1998-01-01 --to 2021-04-01',
  ]
  static override enableJsonFlag = true
  static override args = { strategy: Args.string({ required: true, description: 'A strategy file' }) }
  static override flags = {
    ...marketFlags,
    fill: Flags.option({
      options: ['same-close', 'next-open', 'next-close', 'touch'] as const,
      default: 'next-open' as const,
    })(),
    currency: Flags.string({ default: 'USD', description: 'Currency of the account' }),
    'taker-bps': Flags.string({ default: '0', description: 'Fee for taking, in basis points of the notional' }),
    'maker-bps': Flags.string({ default: '0', description: 'Fee for making' }),
    'latency-ms': Flags.integer({ default: 0, min: 0, max: 60_000, description: 'From an order to its arrival' }),
    'response-latency-ms': Flags.integer({
      default: 0,
      min: 0,
      max: 60_000,
      description: 'From a fill to our hearing of it',
    }),
    slippage: Flags.string({
      default: 'none',
      helpValue: 'MODEL',
      description: 'Of takers: none, ticks:2, bps:1.5, volume-share or book-walk (which needs depth, and --fill touch)',
    }),
    queue: Flags.option({
      options: ['none', 'conservative', 'power', 'log', 'fifo'] as const,
      default: 'none' as const,
      description: 'Where a resting order stands at its price, under --fill touch',
    })(),
    orders: Flags.string({
      helpValue: 'YAML',
      description:
        "How orders are worded, as a strategy of a topology says it: 'entry: { type: limit, limitBps: 5 }'; market orders without",
    }),
    'max-position': Flags.string({ description: 'Limit of the risk gate, in units of the instrument' }),
    'max-drawdown': Flags.string({ description: 'Limit of the risk gate, a fraction like 0.2' }),
    lockstep: Flags.boolean({
      description: 'As a tree of processes, one event at a time: the same log, proven to be; slower',
    }),
    runs: Flags.string({ default: 'runs', description: 'Folder of the runs' }),
    id: Flags.string({ description: 'Name of the run; made of time and strategy where nothing is said' }),
  }

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(Backtest)
    const id = checkedIfGiven('id', flags.id, RunName)
    const currency = checkedFlag('currency', flags.currency, Currency)
    const startingCash = checkedFlag('cash', flags.cash, StartingCash)
    const takerBps = checkedFlag('taker-bps', flags['taker-bps'], numberFlag(FeeBps))
    const makerBps = checkedFlag('maker-bps', flags['maker-bps'], numberFlag(FeeBps))
    const slippage = checkedFlag('slippage', flags.slippage, SlippageFlag)
    const maxPosition = checkedIfGiven('max-position', flags['max-position'], Quantity)
    const maxDrawdown = checkedIfGiven('max-drawdown', flags['max-drawdown'], numberFlag(Fraction))
    const orders = flags.orders === undefined ? undefined : ordersOfFlag(flags.orders)
    const widths = (flags.bars ?? []).map((width) => checkedFlag('bars', width, BarWidth))
    const { definition } = readStrategyFile(args.strategy)
    const name = definition?.name ?? basename(args.strategy, '.yaml')
    const data = marketOf(flags)
    const roles = rolesIn(definition, flags.instrument ?? [], data.instruments)
    if (definition !== null) checkBars(definition, roles, () => widths, data)
    const started = new Date()
    const run = id ?? freeId(flags.runs, started, name)
    const folder = join(flags.runs, run)
    const topology = topologyOfFlags({
      run: 'backtest',
      feed: data.feed,
      startsAt: data.startsAt,
      bars: widths.map((interval) => ({ interval })),
      ...(flags.catalogue === undefined ? {} : { catalogue: flags.catalogue }),
      account: { currency, startingCash },
      venue: {
        fill: flags.fill,
        latencyMicros: flags['latency-ms'] * 1_000,
        responseLatencyMicros: flags['response-latency-ms'] * 1_000,
        fees: { takerBps, makerBps },
        slippage,
        queue: { kind: flags.queue },
      },
      risk: {
        limits: {
          ...(maxPosition === undefined ? {} : { maxPosition }),
          ...(maxDrawdown === undefined ? {} : { maxDrawdown }),
        },
      },
      strategies: [{ file: args.strategy, roles, ...(orders === undefined ? {} : { orders }) }],
    })
    claim(flags.runs, folder)
    const progress = startProgress({ label: 'backtest', unit: 'events of the market', total: data.total })
    const date = started.toISOString().slice(0, 10)
    const { manifest, result, equity } = await this.runIn(folder, () =>
      flags.lockstep
        ? runLockstepBacktest({ topology, data, folder, progress })
        : runBacktest({
            topology,
            facts: data.facts(),
            data: data.described,
            folder,
            date,
            onFacts: progress.update,
          }),
    )
    progress.finish()
    const seconds = (Date.now() - started.getTime()) / 1_000
    const peakRssBytes = peakResidentBytes()
    this.say(`${manifest.events} events in ${seconds.toFixed(1)} s; ${folder}`)
    for (const line of backtestWarnings(result)) this.say(line)
    this.log(backtestTable(manifest.contentHash, result, equity))
    return { run, folder, manifest, result, seconds, peakRssBytes }
  }

  /** Where it fails nothing is left of it. */
  private async runIn<Run>(folder: string, run: () => Run | Promise<Run>): Promise<Run> {
    try {
      return await run()
    } catch (error) {
      rmSync(folder, { recursive: true })
      throw error
    }
  }
}

/** Makes the folder of a run. Throws a UserError where there is one. */
function claim(runs: string, folder: string): void {
  makeFolder(runs)
  try {
    mkdirSync(folder)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw noFolder(folder, error)
    const isWhole = existsSync(join(folder, 'manifest.json'))
    throw new UserError(`${isWhole ? 'a run' : 'a run that was not finished, or is under way,'} is here already`, {
      file: folder,
      hint: `${isWhole ? '' : 'remove it, or '}name another with --id`,
    })
  }
}

function freeId(runs: string, now: Date, name: string): string {
  const stamp = now.toISOString().slice(0, 19).replaceAll('-', '').replaceAll(':', '').replace('T', '-')
  for (let n = 1; ; n++) {
    const id = `${stamp}-${name}${n === 1 ? '' : `-${n}`}`
    if (!existsSync(join(runs, id))) return id
  }
}
