import { Args, Flags } from '@oclif/core'
import type { backtestData } from '#compose/backtest-data.ts'
import { firstFacts, inMemoryRun } from '#compose/in-memory-run.ts'
import { findLookAhead, type Leak, type LookAhead } from '#compose/look-ahead.ts'
import { marketFlags, marketOf } from '#compose/market-flags.ts'
import { checkBars } from '#compose/strategy-bars.ts'
import { rolesIn } from '#compose/strategy-roles.ts'
import { StartingCash } from '#compose/topology.ts'
import { topologyOfFlags } from '#compose/topology-of-flags.ts'
import { BarWidth } from '#lib/bars/bar-width.ts'
import { checkedFlag } from '#lib/terminal/checked-flag.ts'
import { TraderCommand } from '#lib/terminal/command.ts'
import { exitCode } from '#lib/terminal/exit-code.ts'
import { startProgress } from '#lib/terminal/progress.ts'
import { readStrategyFile } from '#services/strategy/adapters/strategy-file.ts'

type Tested = {
  readonly strategy: string
  readonly hash: string
  readonly events: number
  readonly intents: number
  readonly long: number
  readonly short: number
  readonly flat: number
  readonly first: number | null
  readonly last: number | null
  readonly lookAhead: LookAhead | null
}

export default class StrategyTest extends TraderCommand {
  static override summary =
    'Run a strategy over market data and count its intents; with --lookahead prove that it knows no future'
  static override description =
    'Writes nothing. --lookahead cuts the data at every intent, runs again, and compares what was wished until then; the first difference is named, and the exit code is 1. So is a bar that was told before it ended. Without --data it takes bars of the built-in seeded market.'
  static override examples = [
    '<%= config.bin %> strategy test strategies/ema-cross.yaml --data data/spy --lookahead',
    '<%= config.bin %> strategy test strategies/pairs-reversion.yaml --data data/pair --instrument first=A.X --instrument second=B.X',
  ]
  static override enableJsonFlag = true
  static override args = { strategy: Args.string({ required: true, description: 'A strategy file' }) }
  static override flags = {
    lookahead: Flags.boolean({ description: 'Cut the data at every intent and run again' }),
    cuts: Flags.integer({
      min: 1,
      helpValue: 'N',
      description: 'At most so many cuts, evenly spread over the intents',
      dependsOn: ['lookahead'],
    }),
    ...marketFlags,
  }

  async run(): Promise<Tested> {
    const { args, flags } = await this.parse(StrategyTest)
    const startingCash = checkedFlag('cash', flags.cash, StartingCash)
    const widths = (flags.bars ?? []).map((width) => checkedFlag('bars', width, BarWidth))
    const { definition, hash } = readStrategyFile(args.strategy)
    const data = marketOf(flags)
    const roles = rolesIn(definition, flags.instrument ?? [], data.instruments)
    if (definition !== null) checkBars(definition, roles, () => widths, data)
    const topology = topologyOfFlags({
      run: 'test',
      feed: data.feed,
      startsAt: data.startsAt,
      bars: widths.map((interval) => ({ interval })),
      ...(flags.catalogue === undefined ? {} : { catalogue: flags.catalogue }),
      account: { currency: 'USD', startingCash },
      venue: { fill: 'next-open', fees: { takerBps: 0, makerBps: 0 } },
      strategies: [{ file: args.strategy, roles }],
    })
    const run = inMemoryRun(topology)
    const counts = { events: 0, long: 0, short: 0, flat: 0, first: null as number | null, last: null as number | null }
    run(data.facts(), (event) => {
      counts.events++
      if (event.topic !== 'strategy.intent') return
      counts[event.payload.target]++
      counts.first ??= event.at
      counts.last = event.at
    })
    const lookAhead = flags.lookahead ? this.#lookAhead(data, run, flags.cuts ?? null) : null
    const intents = counts.long + counts.short + counts.flat
    const tested = { strategy: definition?.name as string, hash, intents, ...counts, lookAhead }
    this.log(
      `${tested.strategy}: ${intents} intents (${counts.long} long, ${counts.short} short, ${counts.flat} flat) in ${counts.events} events`,
    )
    if (lookAhead) this.#tell(lookAhead)
    return tested
  }

  #lookAhead(
    data: ReturnType<typeof backtestData>,
    run: ReturnType<typeof inMemoryRun>,
    cuts: number | null,
  ): LookAhead {
    const progress = startProgress({ label: 'look-ahead', unit: 'cuts' })
    const found = findLookAhead({ facts: (most) => firstFacts(data.facts(), most), run }, cuts, progress.update)
    progress.finish()
    return found
  }

  #tell({ intents, cuts, leak }: LookAhead): void {
    if (leak === null && intents === 0) {
      this.log('look-ahead: it wished nothing, so there was nothing to cut: this proves nothing')
      return
    }
    if (leak === null) {
      this.log(`look-ahead: none; the data was cut at ${cuts} times of its ${intents} intents, and all were made again`)
      return
    }
    process.exitCode = exitCode.failed
    for (const line of leakLines(leak)) this.log(line)
  }
}

const time = (at: number): string => new Date(at / 1_000).toISOString()

function leakLines(leak: Leak): string[] {
  if (leak.kind === 'bar')
    return [
      `look-ahead: the bar ${leak.id} is told at ${time(leak.at)} and ends at ${time(leak.end)}: it is known before its time`,
    ]
  const { intent, cut } = leak
  return [
    `look-ahead: at ${time(intent.at)} it wished what it does not wish when the data ends there (${intent.id})`,
    `  with what comes after  ${JSON.stringify(intent.payload)}`,
    `  without it             ${cut === null ? 'nothing' : JSON.stringify(cut)}`,
  ]
}
