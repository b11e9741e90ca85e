import type { StrategyDefinition } from '#lib/strategy/strategy-definition.ts'
import { UserError } from '#lib/terminal/user-error.ts'
import type { BacktestData } from './backtest-data.ts'
import type { Roles } from './strategy-roles.ts'

/**
 * Throws a UserError where the data lack bars that a strategy reads: recorded ones, or trades to build those of an instrument's `widths` from.
 * Reads no further than to the first of each.
 */
export function checkBars(
  { name, series }: Pick<StrategyDefinition, 'name' | 'series'>,
  roles: Roles,
  widths: (instrument: string) => readonly string[],
  { facts, instruments }: Pick<BacktestData, 'facts' | 'instruments'>,
): void {
  const missing = series
    .map(({ role, timeframe }) => ({ instrument: roles[role], timeframe }))
    .filter((read): read is Read => typeof read.instrument === 'string')
  const market = new BarsFound(widths)
  let count = 0
  for (const { topic, payload } of facts()) {
    count++
    const isNew =
      topic === 'md.bar'
        ? market.add(payload.instrument, payload.interval)
        : topic === 'md.tick' &&
          (payload.kind === 'trade' ? market.addTrade(payload.instrument) : market.add(payload.instrument, 'quote'))
    if (isNew && missing.every((read) => market.has(read))) return
  }
  const lacking = missing.find((read) => !market.has(read))
  // An empty range (its feed started and ended) is another fault, and told as such.
  if (lacking === undefined || count <= 2) return
  const of = instruments.length > 1 ? ` of ${lacking.instrument}` : ''
  const has = market.of(lacking.instrument).filter((width) => width !== 'trade' && width !== 'quote')
  const bars = has.length > 0 ? `bars of ${has.join(', ')}` : 'no bars'
  throw new UserError(`the data has ${bars}${of}; ${name} reads ${lacking.timeframe}`, {
    hint: market.hasTrades(lacking.instrument)
      ? `it has trades to build them from: --bars ${lacking.timeframe}`
      : 'it has no trades to build others from',
  })
}

type Read = { readonly instrument: string; readonly timeframe: string }

class BarsFound {
  readonly #widths: (instrument: string) => readonly string[]
  readonly #bars = new Map<string, Set<string>>()
  readonly #traded = new Set<string>()

  constructor(widths: (instrument: string) => readonly string[]) {
    this.#widths = widths
  }

  /** True the first time. */
  add(instrument: string, interval: string): boolean {
    const intervals = this.#bars.get(instrument)
    if (intervals?.has(interval)) return false
    if (intervals === undefined) this.#bars.set(instrument, new Set([interval]))
    else intervals.add(interval)
    return true
  }

  addTrade(instrument: string): boolean {
    if (this.#traded.has(instrument)) return false
    this.#traded.add(instrument)
    for (const width of ['trade', ...this.#widths(instrument)]) this.add(instrument, width)
    return true
  }

  has({ instrument, timeframe }: Read): boolean {
    return this.#bars.get(instrument)?.has(timeframe) === true
  }

  of(instrument: string): string[] {
    return [...(this.#bars.get(instrument) ?? [])]
  }

  hasTrades(instrument: string): boolean {
    return this.#traded.has(instrument)
  }
}
