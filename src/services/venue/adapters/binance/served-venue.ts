import {
  addExact,
  compareExact,
  type ExactDecimal,
  formatExact,
  multiplyExact,
  parseExact,
} from '#lib/bars/exact-decimal.ts'
import { absExact, minExact, negateExact, subtractExact, zero } from '#lib/domain/signed-decimal.ts'
import { Machine } from '#lib/kernel/machine.ts'
import { anyService } from '#lib/kernel/service.ts'
import { catalogue, type PayloadOf, type Topic } from '#schemas/catalogue.ts'
import type { Event, Fact } from '#schemas/event.ts'
import { venue } from '#services/venue/service.ts'
import type { VenueConfig } from '#services/venue/venue-config.ts'
import { fault } from './binance-fault.ts'
import { type ListedSymbol, listedSymbol } from './listed-symbol.ts'
import { MarketView } from './market-view.ts'
import { checkAmendment, checkLimits, mostOf, wouldRest } from './order-limits.ts'
import { type OrderRequest, submissionOf } from './order-request.ts'
import { payable, shareOf } from './payable.ts'
import { costOf, executionReport, fillServed, isOpen, leavesOf, newOrder, type ServedOrder } from './served-order.ts'
import { eightDigits, Wallet } from './wallet.ts'

export type ServedVenueOptions = {
  readonly config: Omit<VenueConfig, 'currency'>
  readonly balances: Readonly<Record<string, string>>
  /** Milliseconds since 1970. */
  readonly nowMs: () => number
  /** Of orders and trades. */
  readonly firstId: number
  /** Frames of the user data stream. */
  readonly onUserFrame: (frame: object) => void
}

/** The simulated exchange with one account, as Binance keeps it: orders, trades, balances. The matching is the venue service's own. */
export class ServedVenue {
  readonly market = new MarketView()
  readonly wallet: Wallet
  readonly fees: VenueConfig['fees']
  readonly orders = new Map<number, ServedOrder>()
  readonly #open = new Map<number, ServedOrder>()
  readonly symbols = new Map<string, ListedSymbol>()
  readonly #byInstrument = new Map<string, ListedSymbol>()
  readonly #machine = new Machine(anyService(venue))
  readonly #options: ServedVenueOptions
  #seq = 0
  #at = 0
  #nextTrade: number
  #nextOrder: number

  constructor(options: ServedVenueOptions) {
    this.#options = options
    this.wallet = new Wallet(options.balances)
    this.fees = options.config.fees
    this.#nextOrder = options.firstId
    this.#nextTrade = options.firstId
  }

  /** A fact of the market: orders that it fills are filled. */
  hear({ topic, payload, at }: Fact): void {
    this.#at = Math.max(this.#at, at)
    if (topic === 'md.instrument') this.#list(payload as PayloadOf<'md.instrument'>)
    this.market.take(topic, payload)
    if (this.#machine.isConfigured && this.#machine.service.subscribes.includes(topic)) this.#tell(topic, payload)
  }

  /** Accepts an order and what it gets at once. Throws a BinanceFault where Binance would refuse it. */
  place(request: OrderRequest): ServedOrder {
    const { symbol, clientOrderId } = request
    const named = clientOrderId ?? `x-${this.#nextOrder}-${this.#options.nowMs()}`
    this.#checkFree(named)
    checkLimits(request, this.openOrders(symbol.symbol), this.market)
    const locked = mostOf(request, this.market)
    const asset = request.side === 'BUY' ? symbol.quote : symbol.base
    if (!this.wallet.canSpend(asset, locked))
      throw fault.rejected('Account has insufficient balance for requested action.')
    const orderId = this.#nextOrder++
    const order = newOrder(request, orderId, named, this.#options.nowMs(), locked)
    this.orders.set(orderId, order)
    this.#open.set(orderId, order)
    this.wallet.lock(asset, locked)
    this.#tell('order.submitted', submissionOf(request, `b-${orderId}`, 'account'))
    if (order.status === 'REJECTED') {
      this.orders.delete(orderId)
      throw fault.rejected(
        request.type === 'LIMIT_MAKER' ? 'Order would immediately match and take.' : 'Market is closed.',
      )
    }
    return order
  }

  /** `named`: what the client calls the cancel. */
  cancel(order: ServedOrder, named?: string): void {
    if (!isOpen(order)) throw fault.cancelRejected()
    order.canceledBy = named ?? null
    const { instrument } = order.request.symbol.instrument
    this.#tell('order.cancel_requested', { clientOrderId: `b-${order.orderId}`, instrument, reason: 'asked' })
  }

  /** Has it ask for less where it stands; it may be called otherwise from then on. Answers what it was called before. */
  amend(order: ServedOrder, quantity: string, named?: string): string {
    checkAmendment(order, quantity)
    const [name, replaced] = [named ?? `x-${order.orderId}-${this.#options.nowMs()}`, order.clientOrderId]
    if (name !== replaced) this.#checkFree(name)
    const { instrument } = order.request.symbol.instrument
    this.#tell('order.update_requested', { clientOrderId: `b-${order.orderId}`, instrument, quantity, reason: 'asked' })
    order.clientOrderId = name
    this.#report(order, 'REPLACED', replaced)
    return replaced
  }

  openOrders(symbol?: string): ServedOrder[] {
    return [...this.#open.values()].filter((order) => symbol === undefined || order.request.symbol.symbol === symbol)
  }

  #checkFree(name: string): void {
    if (this.openOrders().some((one) => one.clientOrderId === name)) throw fault.rejected('Duplicate order sent.')
  }

  #list(listing: PayloadOf<'md.instrument'>): void {
    const symbol = listedSymbol(listing)
    if (symbol === null) return
    // The account is in the currency of the first listing.
    if (this.symbols.size === 0) {
      const config = { ...this.#options.config, currency: symbol.quote }
      this.#tell('system.config', { service: 'venue', hash: '0'.repeat(64), config })
    }
    this.symbols.set(symbol.symbol, symbol)
    this.#byInstrument.set(listing.instrument, symbol)
  }

  #tell<T extends Topic>(topic: T, payload: PayloadOf<T>): void {
    const id = `served:e1.${this.#seq}`
    const { v } = catalogue[topic]
    const event = { seq: ++this.#seq, id, topic, v, at: this.#at, source: 'served', cause: null, payload } as Event
    for (const answer of this.#machine.step(event)) this.#answer(answer)
  }

  #answer(event: Event): void {
    // A spot account is paid no funding, and holds no contracts that end; the venue beneath is told no levels.
    if (event.topic === 'venue.paid' || event.topic === 'venue.settled' || event.topic === 'system.alert') return
    const { clientOrderId } = event.payload as { clientOrderId: string }
    const order = this.orders.get(Number(clientOrderId.slice(2)))
    // Of an order that the account could not pay the venue beneath says more: for Binance it is over.
    if (order === undefined || !isOpen(order)) return
    const isMaker = order.request.type === 'LIMIT_MAKER' && order.executed.units === 0n
    switch (event.topic) {
      case 'order.accepted':
        if (!isMaker || wouldRest(order, this.market)) this.#report(order, 'NEW')
        return
      case 'order.updated':
        order.request = { ...order.request, quantity: event.payload.quantity ?? order.request.quantity }
        order.updateTime = this.#options.nowMs()
        this.#unlock(order)
        return
      case 'order.triggered':
        order.isTriggered = true
        return
      case 'order.fill':
        this.#fill(order, event.payload)
        return
      case 'order.rejected':
        if (event.payload.code !== 'UNKNOWN_ORDER') this.#end(order, 'REJECTED')
        return
      case 'order.canceled':
        // A maker that would take was never on the book; an immediate order's rest expires, as Binance says it.
        if (event.payload.reason === 'post-only would take') this.#end(order, 'REJECTED')
        else this.#end(order, event.payload.reason === 'asked' ? 'CANCELED' : 'EXPIRED')
        return
      case 'order.expired':
        this.#end(order, 'EXPIRED')
    }
  }

  /** Books what the account can pay of a fill; where that is not all of it, the order expires. [B2] [B3] */
  #fill(order: ServedOrder, fill: PayloadOf<'order.fill'>): void {
    const { side, symbol } = order.request
    const [whole, price] = [parseExact(fill.quantity), parseExact(fill.price)]
    const spendable = addExact(this.wallet.free(symbol.quote), order.locked)
    const quantity = side === 'SELL' ? whole : payable(whole, price, spendable, symbol)
    if (quantity.units > 0n) this.#book(order, fill, quantity, price)
    if (compareExact(quantity, whole) < 0) this.#end(order, 'EXPIRED')
  }

  #book(order: ServedOrder, fill: PayloadOf<'order.fill'>, quantity: ExactDecimal, price: ExactDecimal): void {
    const { base, quote } = order.request.symbol
    const isBuyer = order.request.side === 'BUY'
    const isMaker = fill.liquidity === 'maker'
    // As there: of what comes in.
    const commissionAsset = isBuyer ? base : quote
    const commission = eightDigits(isBuyer ? shareOf(quantity, this.fees, isMaker) : parseExact(fill.fee))
    fillServed(order, {
      id: this.#nextTrade++,
      orderId: order.orderId,
      price: fill.price,
      quantity: formatExact(quantity),
      commission,
      commissionAsset,
      time: this.#options.nowMs(),
      isBuyer,
      isMaker,
    })
    const paid = multiplyExact(quantity, price)
    this.wallet.add(base, isBuyer ? quantity : negateExact(quantity))
    this.wallet.add(quote, isBuyer ? negateExact(paid) : paid)
    this.wallet.take(commissionAsset, parseExact(commission))
    this.#unlock(order)
    this.#report(order, 'TRADE')
  }

  /** Locks what the rest of the order needs, in place of what it had locked. */
  #unlock(order: ServedOrder): void {
    const { side, symbol, quantity } = order.request
    const asset = side === 'BUY' ? symbol.quote : symbol.base
    if (!isOpen(order)) this.#open.delete(order.orderId)
    const leaves = isOpen(order) ? leavesOf(order) : zero
    const whole = parseExact(quantity)
    const scale = Math.max(whole.scale, leaves.scale)
    const at = (amount: typeof whole) => amount.units * 10n ** BigInt(scale - amount.scale)
    const first = side === 'SELL' ? whole : costOf(order)
    const share = { units: (first.units * at(leaves) * 10n ** BigInt(scale)) / at(whole), scale: first.scale + scale }
    // What a stop paid above its price is not there for its rest.
    const left = minExact(share, addExact(this.wallet.free(asset), order.locked))
    this.wallet.release(asset, absExact(subtractExact(order.locked, left)))
    order.locked = left
  }

  #end(order: ServedOrder, status: 'CANCELED' | 'EXPIRED' | 'REJECTED'): void {
    order.status = status
    order.updateTime = this.#options.nowMs()
    this.#unlock(order)
    if (status !== 'REJECTED') this.#report(order, status)
  }

  #report(order: ServedOrder, type: Parameters<typeof executionReport>[1], replaced?: string): void {
    this.#options.onUserFrame(executionReport(order, type, replaced))
    const { base, quote } = order.request.symbol
    const balances = [base, quote].map((a) => {
      const { free, locked } = this.wallet.balance(a)
      return { a, f: free, l: locked }
    })
    const { updateTime: E } = order
    this.#options.onUserFrame({ e: 'outboundAccountPosition', E, u: E, B: balances })
  }
}
