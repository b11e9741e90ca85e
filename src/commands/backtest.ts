import { existsSync } from 'node:fs'
import { basename, join } from 'node:path'
import { Args, Flags } from '@oclif/core'
import { runBacktest } from '#compose/backtest.ts'
import { backtestData } from '#compose/backtest-data.ts'
import type { BacktestResult } from '#compose/backtest-result.ts'
import { runLockstepBacktest } from '#compose/lockstep-backtest.ts'
import { rolesIn } from '#compose/strategy-roles.ts'
import { Topology } from '#compose/topology.ts'
import type { BacktestManifest } from '#compose/write-run.ts'
import { peakResidentBytes } from '#lib/process/supervised-memory.ts'
import { TraderCommand } from '#lib/terminal/command.ts'
import { startProgress } from '#lib/terminal/progress.ts'
import { curve } from '#lib/terminal/sparkline.ts'
import { formatTable } from '#lib/terminal/table.ts'
import { UserError } from '#lib/terminal/user-error.ts'
import { utcInstant } from '#services/md/adapters/utc-instant.ts'
import { readStrategyFile } from '#services/strategy/adapters/strategy-file.ts'

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
    data: Flags.string({ helpValue: 'DIR', description: 'A data set, as trader md import makes it' }),
    from: Flags.string({ description: 'Day or time (UTC) to start at' }),
    to: Flags.string({ description: 'Day or time (UTC) to end before' }),
    fill: Flags.option({
      options: ['same-close', 'next-open', 'next-close', 'touch'] as const,
      default: 'next-open' as const,
    })(),
    instrument: Flags.string({
      multiple: true,
      helpValue: 'ROLE=INSTRUMENT',
      description: 'What a role means; needed where the data has several instruments',
    }),
    bars: Flags.string({
      multiple: true,
      helpValue: 'WIDTH',
      description: 'Build bars of this width from trades, like 1m',
    }),
    cash: Flags.string({ default: '100000', description: 'Money at the start' }),
    currency: Flags.string({ default: 'USD', description: 'Currency of the account' }),
    'taker-bps': Flags.string({ default: '0', description: 'Fee for taking, in basis points of the notional' }),
    'maker-bps': Flags.string({ default: '0', description: 'Fee for making' }),
    'latency-ms': Flags.integer({ default: 0, min: 0, max: 60_000, description: 'From an order to its arrival' }),
    'max-position': Flags.string({ description: 'Limit of the risk gate, in units of the instrument' }),
    'max-drawdown': Flags.string({ description: 'Limit of the risk gate, a fraction like 0.2' }),
    lockstep: Flags.boolean({
      description: 'As a tree of processes, one event at a time: the same log, proven to be; slower',
    }),
    seed: Flags.integer({ default: 1, description: 'Of the built-in market, without --data' }),
    runs: Flags.string({ default: 'runs', description: 'Folder of the runs' }),
    id: Flags.string({ description: 'Name of the run; made of time and strategy where nothing is said' }),
  }

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(Backtest)
    const { definition } = readStrategyFile(args.strategy)
    const name = definition?.name ?? basename(args.strategy, '.yaml')
    const data = backtestData({
      dir: flags.data,
      from: flags.from === undefined ? undefined : utcInstant(flags.from, 'from'),
      to: flags.to === undefined ? undefined : utcInstant(flags.to, 'to'),
      seed: flags.seed,
    })
    const roles = rolesIn(definition, flags.instrument ?? [], data.instruments)
    const started = new Date()
    const run = flags.id ?? freeId(flags.runs, started, name)
    const folder = join(flags.runs, run)
    if (existsSync(folder)) throw new UserError('a run of that name is here already', { file: folder })
    const topology = Topology.safeParse({
      run: 'backtest',
      feed: data.feed,
      startsAt: data.startsAt,
      bars: (flags.bars ?? []).map((interval) => ({ interval })),
      account: { currency: flags.currency, startingCash: flags.cash },
      venue: {
        fill: flags.fill,
        latencyMicros: flags['latency-ms'] * 1_000,
        fees: { takerBps: Number(flags['taker-bps']), makerBps: Number(flags['maker-bps']) },
      },
      risk: {
        approvalTtlMs: 86_400_000,
        limits: {
          ...(flags['max-position'] === undefined ? {} : { maxPosition: flags['max-position'] }),
          ...(flags['max-drawdown'] === undefined ? {} : { maxDrawdown: Number(flags['max-drawdown']) }),
        },
      },
      strategies: [{ file: args.strategy, roles }],
    })
    if (!topology.success) {
      const [issue] = topology.error.issues
      throw new UserError(`${issue?.path.join('.')}: ${issue?.message}`)
    }
    const progress = startProgress({ label: 'backtest', unit: 'events of the market', total: data.total })
    const date = started.toISOString().slice(0, 10)
    const { manifest, result, equity } = flags.lockstep
      ? await runLockstepBacktest({ topology: topology.data, data, folder, progress })
      : runBacktest({
          topology: topology.data,
          facts: data.facts(),
          data: data.described,
          folder,
          date,
          onFacts: progress.update,
        })
    progress.finish()
    const seconds = (Date.now() - started.getTime()) / 1_000
    const peakRssBytes = peakResidentBytes()
    this.say(`${manifest.events} events in ${seconds.toFixed(1)} s; ${folder}`)
    if (result.fill === 'touch' && result.rejected > 0 && result.rejected === result.orders)
      this.say('no order met a quote: --fill touch needs quotes in the data')
    this.log(resultTable(manifest, result, equity))
    return { run, folder, manifest, result, seconds, peakRssBytes }
  }
}

function freeId(runs: string, now: Date, name: string): string {
  const stamp = now.toISOString().slice(0, 19).replaceAll('-', '').replaceAll(':', '').replace('T', '-')
  for (let n = 1; ; n++) {
    const id = `${stamp}-${name}${n === 1 ? '' : `-${n}`}`
    if (!existsSync(join(runs, id))) return id
  }
}

function resultTable(
  { contentHash }: BacktestManifest,
  result: BacktestResult,
  equityByDay: readonly number[],
): string {
  const percent = (ratio: number) => `${(ratio * 100).toFixed(2)} %`
  const twoDigits = (ratio: number) => ratio.toFixed(2)
  const orDash = (ratio: number | null | undefined, form: (ratio: number) => string) =>
    ratio == null ? '-' : form(ratio)
  const { equity, trades } = result.metrics
  const rows: [string, string | number][] = [
    ['market', result.isSimulated ? 'SIMULATED' : 'recorded'],
    ['from', new Date(result.from / 1_000).toISOString()],
    ['to', new Date(result.to / 1_000).toISOString()],
    ['fill', result.fill],
    ['orders', result.orders],
    ['fills', result.fills],
    ['refused by us', result.denied],
    ['rejected by the venue', result.rejected],
    [`final equity ${result.currency}`, result.finalEquity],
    ['equity, by day', curve(equityByDay, 48)],
    ['total return', percent(result.totalReturn)],
    ['max drawdown', percent(result.maxDrawdown)],
    ['volatility, yearly', orDash(equity?.volatility_annual, percent)],
    ['Sharpe, yearly', orDash(result.sharpe, twoDigits)],
    ['Sortino, yearly', orDash(equity?.sortino, twoDigits)],
    ['closed trades', trades.trades ?? 0],
    ['win rate', orDash(trades.win_rate, percent)],
    ['profit factor', orDash(trades.profit_factor, twoDigits)],
    [`fees ${result.currency}`, result.fees],
    ['content hash', contentHash],
  ]
  return formatTable([{ head: 'result' }, { head: '', align: 'right' }], rows)
}
