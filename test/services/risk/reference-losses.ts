import type { PayloadOf } from '#schemas/catalogue.ts'
import type { RiskConfig } from '#services/risk/service.ts'
import { dec, max, one, text } from './exact.ts'

type OfStrategy = {
  halted: string | null
  profit: bigint
  peak: bigint
  dayStart: bigint
  losses: number
  lostAt: number | null
  trips: Map<string, { sign: number; from: bigint }>
}

const ofAStrategy = ['maxStrategyDailyLoss', 'maxStrategyDrawdown', 'maxConsecutiveLosses', 'cooldownMs'] as const
type OfAStrategy = (typeof ofAStrategy)[number]

const dayMicros = 86_400_000_000

/** What was lost, of the account and of each strategy, by what the books say. */
export class Losses {
  #config: RiskConfig
  readonly #strategies = new Map<string, OfStrategy>()
  #equity: bigint
  #peak: bigint
  #isPeakOurs = false
  #dayStart: bigint
  #day = 0
  #areProfitsKnown: boolean

  constructor(config: RiskConfig) {
    this.#config = config
    this.#equity = this.#peak = this.#dayStart = dec(config.startingCash)
    this.#areProfitsKnown = this.#areProfitsAsked()
  }

  of(strategy: string): OfStrategy {
    const known = this.#strategies.get(strategy)
    if (known) return known
    const none = { profit: 0n, peak: 0n, dayStart: 0n, losses: 0, lostAt: null, trips: new Map() }
    const opened = { halted: null, ...none }
    this.#strategies.set(strategy, opened)
    return opened
  }

  restart(): void {
    this.#peak = this.#dayStart = this.#equity
    this.#isPeakOurs = true
  }

  restartStrategy(strategy: string): void {
    const own = this.of(strategy)
    Object.assign(own, { halted: null, losses: 0, lostAt: null, peak: own.profit, dayStart: own.profit })
  }

  /** What no limit asks for is forgotten. */
  reconfigure(config: RiskConfig): void {
    const limitsOf = (strategy: string) =>
      Object.fromEntries(ofAStrategy.map((name) => [name, this.#limit(strategy, name)]))
    const before = new Map([...this.#strategies.keys()].map((strategy) => [strategy, limitsOf(strategy)]))
    this.#config = config
    for (const [strategy, own] of this.#strategies) {
      const now = limitsOf(strategy)
      const isNew = (name: OfAStrategy) => now[name] !== undefined && before.get(strategy)?.[name] === undefined
      if (isNew('maxStrategyDrawdown')) own.peak = own.profit
      if (isNew('maxStrategyDailyLoss')) own.dayStart = own.profit
      if (isNew('maxConsecutiveLosses')) own.losses = 0
      if (isNew('cooldownMs')) own.lostAt = null
    }
    this.#areProfitsKnown &&= this.#areProfitsAsked()
    if (this.#areTripsAsked()) return
    for (const own of this.#strategies.values()) Object.assign(own, { losses: 0, lostAt: null, trips: new Map() })
  }

  coolsUntil(strategy: string): number {
    const { lostAt } = this.of(strategy)
    return lostAt === null ? 0 : lostAt + (this.#limit(strategy, 'cooldownMs') ?? 0) * 1_000
  }

  #areProfitsAsked = () => this.#isAsked('maxStrategyDailyLoss') || this.#isAsked('maxStrategyDrawdown')
  #areTripsAsked = () => this.#isAsked('maxConsecutiveLosses') || this.#isAsked('cooldownMs')
  #isAsked = (name: OfAStrategy) =>
    [this.#config.limits, ...Object.values(this.#config.strategies)].some((limits) => limits[name] !== undefined)

  #limit<K extends OfAStrategy>(strategy: string, name: K) {
    return this.#config.strategies[strategy]?.[name] ?? this.#config.limits[name]
  }

  /** What halts everything, and the strategies that are halted. */
  snapshot(
    { equity, peakEquity, strategies }: PayloadOf<'pnl.snapshot'>,
    at: number,
    maintenance: bigint,
  ): { found: string | null; halts: string[] } {
    const day = Math.floor(at / dayMicros)
    const isNewDay = day > this.#day
    if (isNewDay && this.#day !== 0) this.#dayStart = this.#equity
    this.#day = max(BigInt(day), BigInt(this.#day)) === BigInt(day) ? day : this.#day
    this.#equity = dec(equity)
    this.#peak = this.#isPeakOurs ? max(this.#peak, this.#equity) : dec(peakEquity)
    for (const { strategy, realized, unrealized, fees } of strategies) {
      const own = this.of(strategy)
      if (isNewDay) own.dayStart = own.profit
      own.profit = dec(realized) - dec(fees) + dec(unrealized)
      own.peak = max(own.peak, own.profit)
      if (!this.#areProfitsKnown) own.peak = own.dayStart = own.profit
    }
    this.#areProfitsKnown = this.#areProfitsAsked()
    return {
      found: this.#found(maintenance),
      halts: [...this.#strategies.keys()].flatMap((strategy) => this.#halts(strategy)),
    }
  }

  #found(maintenance: bigint): string | null {
    const { maxDrawdown, maxDailyLoss } = this.#config.limits
    const fallen = this.#peak - this.#equity
    if (maxDrawdown !== undefined && fallen * one > this.#peak * dec(String(maxDrawdown))) {
      // Six digits, rounded up.
      const millionths = this.#peak <= 0n ? 1_000_000n : (fallen * 1_000_000n + this.#peak - 1n) / this.#peak
      return `DRAWDOWN_EXCEEDS_MAX ${text((millionths * one) / 1_000_000n)} ${maxDrawdown}`
    }
    const lost = this.#dayStart - this.#equity
    if (maxDailyLoss !== undefined && lost > dec(maxDailyLoss))
      return `DAILY_LOSS_EXCEEDS_MAX ${text(lost)} ${maxDailyLoss}`
    if (this.#config.margin?.kind === 'margin' && this.#equity < maintenance)
      return `MARGIN_BELOW_MAINTENANCE ${text(this.#equity)} ${text(maintenance)}`
    return null
  }

  #halts(strategy: string): string[] {
    const { halted, profit, peak, dayStart } = this.of(strategy)
    if (halted !== null) return []
    const [drawdown, loss] = [
      this.#limit(strategy, 'maxStrategyDrawdown'),
      this.#limit(strategy, 'maxStrategyDailyLoss'),
    ]
    if (drawdown !== undefined && peak - profit > dec(drawdown))
      return [`strategy_halted ${strategy} DRAWDOWN_EXCEEDS_MAX ${text(peak - profit)} ${drawdown}`]
    if (loss !== undefined && dayStart - profit > dec(loss))
      return [`strategy_halted ${strategy} DAILY_LOSS_EXCEEDS_MAX ${text(dayStart - profit)} ${loss}`]
    return []
  }

  /** A round trip ends at zero, or through it. */
  update({ strategy, instrument, position, realized, fees }: PayloadOf<'pnl.update'>, now: number): string[] {
    if (!this.#areTripsAsked()) return []
    const own = this.of(strategy)
    const [sign, result] = [Math.sign(Number(position)), dec(realized) - dec(fees)]
    const before = own.trips.get(instrument) ?? { sign: 0, from: dec(realized) === 0n ? 0n : result }
    const isOver = before.sign !== 0 && sign !== before.sign
    own.trips.set(instrument, { sign, from: isOver ? result : before.from })
    if (isOver) {
      own.losses = result < before.from ? own.losses + 1 : 0
      if (result < before.from) own.lostAt = now
    }
    const most = this.#limit(strategy, 'maxConsecutiveLosses')
    if (most === undefined || own.halted !== null || own.losses < most) return []
    return [`strategy_halted ${strategy} CONSECUTIVE_LOSSES_EXCEED_MAX ${own.losses} ${most}`]
  }
}
