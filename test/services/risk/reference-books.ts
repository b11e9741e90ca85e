import type { PayloadOf } from '#schemas/catalogue.ts'
import type { Event } from '#schemas/event.ts'
import type { RiskConfig } from '#services/risk/service.ts'
import { abs, dec, div, max, min, mul, one, sum, text } from './exact.ts'

export type Order = {
  id: string
  strategy: string
  instrument: string
  side: 'buy' | 'sell'
  quantity: bigint
  filled: bigint
  limit?: string | undefined
  stop?: string | undefined
  trail?: string | undefined
  closes?: string | undefined
  hasBracket: boolean
  /** Of what is thought of, where it has any. */
  exits?: { stopLoss?: string | undefined; takeProfit?: string | undefined } | undefined
}
export type Listing = PayloadOf<'md.instrument'>
type Fill = Pick<
  PayloadOf<'order.fill'>,
  'strategy' | 'instrument' | 'side' | 'quantity' | 'price' | 'fee' | 'currency' | 'feePaid'
>

/** What is held, what is at work, what the market says. A book is worked out anew whenever something in it happens, and all of them with any price. */
export class Books {
  config: RiskConfig
  readonly listings = new Map<string, Listing>()
  readonly quotes = new Map<string, { bid: bigint; mid: bigint; ask: bigint }>()
  readonly underlyings = new Map<string, bigint>()
  readonly held = new Map<string, bigint>()
  readonly bracketed = new Map<string, bigint>()
  readonly orders = new Map<string, Order>()
  readonly trades = new Set<string>()
  readonly known = new Map<string, Order>()
  readonly cash = new Map<string, bigint>()
  readonly halted = new Set<string>()
  readonly #worked = new Map<string, Book>()

  constructor(config: RiskConfig) {
    this.config = config
    this.cash.set(config.currency, dec(config.startingCash))
  }

  reconfigure(config: RiskConfig): void {
    this.config = config
    this.#worked.clear()
  }

  // What the market says.

  /** Whether it told a price. */
  quote(event: Event<'md.bar' | 'md.tick' | 'md.option.tick'>): boolean {
    const { instrument } = event.payload
    this.#worked.clear()
    const tell = (bid: string, ask: string) =>
      this.quotes.set(instrument, { bid: dec(bid), mid: (dec(bid) + dec(ask)) / 2n, ask: dec(ask) })
    if (event.topic === 'md.bar') return tell(event.payload.close, event.payload.close) !== undefined
    const tick = event.payload
    if ('underlyingPrice' in tick && tick.underlyingPrice) this.underlyings.set(instrument, dec(tick.underlyingPrice))
    if ('price' in tick) return tell(tick.price, tick.price) !== undefined
    return tick.bid !== null && tick.ask !== null && tell(tick.bid, tick.ask) !== undefined
  }

  isInverse = ({ isInverse, kind }: Listing): boolean => isInverse === true && kind !== 'option'
  isCoinQuoted = ({ isInverse, kind }: Listing): boolean => isInverse === true && kind === 'option'
  listing = (instrument: string): Listing => this.listings.get(instrument) as Listing
  mid = (instrument: string): bigint => this.quotes.get(instrument)?.mid as bigint

  /** What one of a currency is worth in the account's; null where nothing says so. */
  rate(currency: string): bigint | null {
    if (currency === this.config.currency) return one
    const mark = this.config.conversions?.[currency]
    const price = mark && this.quotes.get(mark.instrument)?.mid
    return price === undefined ? null : mark?.isInverse ? div(one, price) : price
  }

  inAccount = (amount: bigint, currency: string): bigint => mul(amount, this.rate(currency) as bigint)

  /** Signed as the units are; in the instrument's currency. */
  size(instrument: string, price: bigint, units: bigint): bigint {
    const { multiplier } = this.listing(instrument)
    const many = mul(units, dec(multiplier))
    return this.isInverse(this.listing(instrument)) ? div(many, price) : mul(many, price)
  }

  /** What a position is worth: of an inverse contract less than nothing when long. */
  worth(instrument: string, price: bigint, units: bigint): bigint {
    const size = this.size(instrument, price, units)
    return this.isInverse(this.listing(instrument)) ? -size : size
  }

  dearest(order: Pick<Order, 'instrument' | 'side' | 'limit' | 'stop' | 'trail'>): bigint {
    const { bid, mid, ask } = this.quotes.get(order.instrument) as { bid: bigint; mid: bigint; ask: bigint }
    const stated = [order.limit, order.stop].filter((price) => price !== undefined).map(dec)
    const trail = order.trail === undefined ? 0n : dec(order.trail)
    if (this.isInverse(this.listing(order.instrument))) {
      const met = order.limit === undefined && order.side === 'sell' ? [min(bid, mid) - trail] : []
      return min(...[mid, ...stated, ...met].filter((price) => price > 0n))
    }
    const met = order.limit === undefined && order.side === 'buy' ? [max(ask, mid) + trail] : []
    return max(mid, ...stated, ...met)
  }

  /** What would be, without its being so. */
  tried<T>(run: () => T): T {
    const maps = [this.held, this.bracketed, this.orders, this.known, this.cash] as Map<string, never>[]
    const before = maps.map((map) => [...map])
    const found = run()
    for (const [n, map] of maps.entries()) {
      map.clear()
      for (const [key, value] of before[n] ?? []) map.set(key, value)
    }
    this.#worked.clear()
    return found
  }

  // What is held and at work.

  submit(order: Order): void {
    this.#worked.delete(keyOf(order))
    this.orders.set(order.id, order)
    this.known.set(order.id, order)
  }

  /** In all, from here on; what is at work then is less. */
  shrink(id: string, quantity: string): void {
    const order = this.orders.get(id)
    if (order === undefined || dec(quantity) >= order.quantity || dec(quantity) <= order.filled) return
    this.#worked.delete(keyOf(order))
    order.quantity = dec(quantity)
  }

  end(id: string): void {
    const order = this.orders.get(id)
    if (order) this.#worked.delete(keyOf(order))
    this.orders.delete(id)
  }

  /** Whether it counted. */
  fill(fill: PayloadOf<'order.fill'>): boolean {
    const order = this.known.get(fill.clientOrderId)
    this.#worked.delete(keyOf(fill))
    const trade = `${fill.clientOrderId} ${fill.tradeId}`
    if (this.trades.has(trade)) return false
    this.trades.add(trade)
    if (order === undefined) this.halted.add(fill.instrument)
    this.count(fill)
    if (order === undefined) return true
    order.filled += dec(fill.quantity)
    if (order.filled === order.quantity) this.orders.delete(order.id)
    const key = `${order.strategy} ${order.instrument}`
    const bound = this.bracketed.get(key) ?? 0n
    if (order.hasBracket && order.side === 'buy') this.bracketed.set(key, bound + dec(fill.quantity))
    if (order.closes !== undefined && order.side === 'sell')
      this.bracketed.set(key, max(0n, bound - dec(fill.quantity)))
    if ((this.held.get(key) ?? 0n) <= 0n) this.bracketed.delete(key)
    return true
  }

  count({ strategy, instrument, side, quantity, price, fee, currency, feePaid }: Fill): void {
    const key = `${strategy} ${instrument}`
    const moved = side === 'buy' ? dec(quantity) : -dec(quantity)
    const own = this.listing(instrument).currency
    this.held.set(key, (this.held.get(key) ?? 0n) + moved)
    this.pay(own, -this.worth(instrument, dec(price), moved))
    this.pay(own, -this.between(dec(fee), currency, own))
    if (feePaid && !feePaid.isOfPosition) this.pay(own, -this.between(dec(feePaid.amount), feePaid.asset, own))
  }

  between = (amount: bigint, from: string, to: string): bigint =>
    from === to ? amount : div(mul(amount, this.rate(from) as bigint), this.rate(to) as bigint)

  pay(currency: string, amount: bigint): void {
    this.cash.set(currency, (this.cash.get(currency) ?? 0n) + amount)
  }

  /** An order at work is filled whole, at the newest price, where there is one. */
  sell(order: Order): void {
    const mid = this.quotes.get(order.instrument)?.mid
    if (mid === undefined || !this.listings.has(order.instrument)) return
    this.end(order.id)
    const { feeBound } = this.config
    const rate = dec(String(feeBound?.bps ?? 0)) / 10_000n
    const fee =
      mul(abs(this.worth(order.instrument, mid, order.quantity)), rate) +
      mul(order.quantity, dec(feeBound?.perUnit ?? '0'))
    const more = { fee: text(fee), currency: this.listing(order.instrument).currency }
    this.count({ ...order, ...more, quantity: text(order.quantity), price: text(mid) })
  }

  position = (strategy: string, instrument: string): bigint => this.held.get(`${strategy} ${instrument}`) ?? 0n
  allCash = (): bigint => sum([...this.cash].map(([currency, amount]) => this.inAccount(amount, currency)))
  /** None, while what no cash secures is short. */
  spendableCash = (books: readonly Book[]): bigint =>
    books.some(({ short, listing }) => short > 0n && this.isCoinQuoted(listing))
      ? min(0n, this.allCash())
      : this.allCash()
  worthHeld = (): bigint =>
    sum(
      [...this.held].map(([key, units]) => {
        const instrument = key.split(' ')[1] as string
        if (units === 0n) return 0n
        return this.inAccount(this.worth(instrument, this.mid(instrument), units), this.listing(instrument).currency)
      }),
    )

  /** Cash and what everything held is worth. */
  equity = (): bigint => this.allCash() + this.worthHeld()

  working = (strategy: string, instrument: string): Order[] =>
    [...this.orders.values()].filter((order) => order.strategy === strategy && order.instrument === instrument)

  /** Every strategy's book in every instrument, with one order more. */
  books(more?: Order): Book[] {
    const keys = new Set([...this.held.keys(), ...[...this.orders.values(), ...(more ? [more] : [])].map(keyOf)])
    return [...keys].map((key) => {
      const [strategy, instrument] = key.split(' ') as [string, string]
      if (more && keyOf(more) === key)
        return this.#book(strategy, instrument, [...this.working(strategy, instrument), more])
      const worked = this.#worked.get(key) ?? this.#book(strategy, instrument, this.working(strategy, instrument))
      this.#worked.set(key, worked)
      return worked
    })
  }

  #book(strategy: string, instrument: string, orders: readonly Order[]): Book {
    const { margin, feeBound } = this.config
    const listing = this.listing(instrument)
    const position = this.position(strategy, instrument)
    const own = orders.filter(({ closes }) => closes === undefined)
    const [buys, sells] = [own.filter(({ side }) => side === 'buy'), own.filter(({ side }) => side === 'sell')]
    const many = (some: readonly Order[]) => sum(some.map(leavesOf))
    const [most, least] = [position + many(buys), position - many(sells)]
    const [short, long] = [max(0n, -least), max(0n, most)]
    const idle = { strategy, instrument, units: max(abs(most), abs(least)), short, listing }
    const shares = {
      calls: listing.right === 'call' ? mul(short, dec(listing.multiplier)) : 0n,
      cover: this.#cover(idle, least, orders),
    }
    if (idle.units === 0n)
      return { ...idle, ...shares, gross: 0n, long: 0n, low: 0n, initial: 0n, maintenance: 0n, cost: 0n, fees: 0n }
    const mid = this.mid(instrument)
    const size = (price: bigint, units: bigint) => this.size(instrument, price, units)
    const beyond = (some: readonly Order[]) =>
      sum(some.map((order) => size(this.dearest(order), leavesOf(order)) - size(mid, leavesOf(order))))
    const [up, down] = [size(mid, most) + beyond(buys), size(mid, least) - beyond(sells)]
    const isInverse = this.isInverse(listing)
    const paid = (order: Order) =>
      size(order.limit === undefined ? this.dearest(order) : dec(order.limit), leavesOf(order))
    // The strike of a coin-quoted one is not in coins: none may be sold short, and what a race leaves short makes all cash unavailable.
    const isSecured = listing.right === 'put' && !this.isCoinQuoted(listing)
    const secured = isSecured ? mul(mul(short, dec(listing.strike as string)), dec(listing.multiplier)) : 0n
    const needs = (which: 'initial' | 'maintenance', [l, lMore]: Side, [s, sMore]: Side): bigint => {
      if (margin?.kind !== 'margin') return 0n
      const longValue = l === 0n ? 0n : abs(size(mid, l)) + lMore
      if (listing.kind === 'option') return max(longValue, mul(s, s === 0n ? 0n : this.#perShort(listing)))
      const rate = dec(String((margin.byKind[listing.kind] ?? margin.rates)[which]))
      return mul(max(longValue, s === 0n ? 0n : abs(size(mid, s)) + sMore), rate)
    }
    const fee = (order: Order) =>
      mul(size(this.dearest(order), leavesOf(order)), dec(String(feeBound?.bps ?? 0)) / 10_000n) +
      mul(leavesOf(order), dec(feeBound?.perUnit ?? '0'))
    const money = (amount: bigint) => this.inAccount(amount, listing.currency)
    return {
      ...idle,
      ...shares,
      gross: money(max(abs(up), abs(down))),
      long: money(up),
      low: money(down),
      initial: money(needs('initial', [long, beyond(buys)], [short, beyond(sells)])),
      maintenance: money(needs('maintenance', [max(0n, position), 0n], [max(0n, -position), 0n])),
      cost: money((isInverse ? 0n : sum(buys.map(paid))) + secured),
      fees: money(sum(own.map(fee))),
    }
  }

  /** Of a short option, in its currency. */
  #perShort(listing: Listing): bigint {
    const { optionRate, optionFloor } = this.config.margin as Extract<RiskConfig['margin'], { kind: 'margin' }>
    const [rate, floor, strike] = [dec(String(optionRate)), dec(String(optionFloor)), dec(listing.strike as string)]
    const spot =
      this.quotes.get(listing.underlying as string)?.mid ?? (this.underlyings.get(listing.instrument) as bigint)
    const out = max(0n, listing.right === 'call' ? strike - spot : spot - strike)
    if (this.isCoinQuoted(listing)) return mul(max(rate - div(out, spot), floor), dec(listing.multiplier))
    return mul(
      max(mul(spot, rate) - out, mul(listing.right === 'call' ? spot : strike, floor)),
      dec(listing.multiplier),
    )
  }

  /** Shares that stay, whatever is sold and whatever exits may sell. */
  #cover(
    { strategy, instrument }: { strategy: string; instrument: string },
    least: bigint,
    orders: readonly Order[],
  ): bigint {
    if (least <= 0n) return least
    const exits = orders.filter(({ closes, side }) => closes !== undefined && side === 'sell')
    const stops = sum(exits.filter(({ limit }) => limit === undefined).map(leavesOf))
    const profits = sum(exits.filter(({ limit }) => limit !== undefined).map(leavesOf))
    return max(0n, least - max(this.bracketed.get(`${strategy} ${instrument}`) ?? 0n, stops, profits))
  }
}

export type Book = {
  strategy: string
  instrument: string
  listing: Listing
  units: bigint
  short: bigint
  gross: bigint
  long: bigint
  low: bigint
  initial: bigint
  maintenance: bigint
  cost: bigint
  fees: bigint
  calls: bigint
  cover: bigint
}
type Side = readonly [units: bigint, beyond: bigint]

export const leavesOf = ({ quantity, filled }: Order): bigint => quantity - filled
const keyOf = ({ strategy, instrument }: { readonly strategy: string; readonly instrument: string }): string =>
  `${strategy} ${instrument}`
