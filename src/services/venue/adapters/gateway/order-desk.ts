import type { PayloadOf } from '#schemas/catalogue.ts'
import { AccountCheck } from './account-check.ts'
import { askOrder } from './ask-order.ts'
import { cancelOrder } from './cancel-order.ts'
import type { DeskOptions } from './desk-options.ts'
import type { GatewayOrder, Report } from './gateway-order.ts'
import { foldSaid, joinTrades, joinView, lacksTrades, newTrades, unsaid } from './gateway-order.ts'
import { HeldContracts } from './held-contracts.ts'
import { KnownTrades } from './known-trades.ts'
import { moveOrder } from './move-order.ts'
import { nextStep, queriesMost } from './next-step.ts'
import { OrderRegister } from './order-register.ts'
import { Payments } from './payments.ts'
import { placeOrder } from './place-order.ts'
import type { Answer, RealVenue, VenueAssets, VenueOrder } from './real-venue.ts'
import { TradeRecord } from './trade-record.ts'
import { isHeldBack, nothing } from './understood.ts'
import { VenueTime } from './venue-time.ts'
import { Voice } from './voice.ts'

type Moved = NonNullable<GatewayOrder['movesTo']>
const pauseMs = 1_000
const pauseAfter = (tries: number): number => Math.min(5_000, 2 ** tries * 20)

/** Does for each order of the log what is to be done at the venue, one thing at a time, and says what the venue shows of it, once. */
export class OrderDesk {
  readonly orders = new OrderRegister()
  readonly account: AccountCheck
  readonly contracts = new HeldContracts()
  readonly payments = new Payments()
  readonly trades = new KnownTrades()
  readonly record: TradeRecord
  readonly time: VenueTime
  readonly voice: Voice
  readonly nowMs: DeskOptions['nowMs']
  readonly assets = new Map<string, VenueAssets>()
  /** What the newest reconciliation found at the venue that had not been said. */
  missing = { acceptances: 0, fills: 0, ends: 0 }
  readonly #options: DeskOptions
  readonly #onFree: () => void
  #isClosed = false

  /** `onFree`: something was done for an order, and more may be due. */
  constructor(options: DeskOptions, onFree: () => void) {
    this.#options = options
    this.#onFree = onFree
    this.account = new AccountCheck(options.venue.holds)
    this.time = new VenueTime(options.nowMs)
    this.voice = new Voice(options.say)
    this.nowMs = options.nowMs
    this.record = new TradeRecord(options.venue)
  }

  /** From here on nothing is said or begun. */
  close(): void {
    this.#isClosed = true
    this.voice.close()
  }

  /** `mayAsk` is false while a first reconciliation asks for all of them. */
  drive(order: GatewayOrder, { mayPlace, mayAsk }: { mayPlace: boolean; mayAsk: boolean }): void {
    const { nowMs, treeMs = nowMs, venue } = this.#options
    if (order.isBusy || nowMs() < order.notBeforeMs) return
    const { instrument, isReduceOnly } = order.submitted
    const isKnown = !this.record.isUnread(instrument) && (!this.voice.isLacking || isReduceOnly === true)
    const step = nextStep(order, {
      treeMs: treeMs(),
      venueNowMs: this.time.earliest(),
      mayPlace: mayPlace && isKnown,
      venue,
    })
    switch (step.kind) {
      case 'wait':
        return
      case 'say':
        this.report(order, step.report)
        return
      case 'place':
        void this.#busy(order, () => this.#place(order))
        return
      case 'cancel':
        void this.#busy(order, () => this.#cancel(order))
        return
      case 'move':
        void this.#busy(order, () => this.#move(order, order.movesTo as Moved))
        return
      case 'ask':
        if (mayAsk) void this.#busy(order, () => this.#askAgain(order))
        return
    }
  }

  async #busy(order: GatewayOrder, act: () => Promise<void>): Promise<void> {
    const { cancelReason } = order
    order.isBusy = true
    await act().catch((thrown) => {
      this.voice.doubt(order.submitted.clientOrderId, thrown)
      this.#pause(order, null, pauseMs)
    })
    order.isBusy = false
    // A cancel waits for no pause of what went before it.
    if (order.cancelReason !== cancelReason) order.notBeforeMs = 0
    if (!this.#isClosed) this.#onFree()
  }

  async #place(order: GatewayOrder): Promise<void> {
    if (!(await this.#know(order)) || this.#isClosed) return
    const answer = await placeOrder(this, order, this.#options)
    if (answer !== null) this.#pause(order, answer, 0)
  }

  /** What the instrument is made of has to be known before a fill can be said. [G5] */
  async #know(order: GatewayOrder): Promise<boolean> {
    const { instrument, clientOrderId } = order.submitted
    if (this.assets.has(instrument)) return true
    const answer = await this.#options.venue.assets(instrument)
    // Of such a listing proves nothing.
    const mayBeThere = order.takenUntilMs !== null || order.venueOrderId !== null
    if (answer.kind === 'done') this.learn(instrument, answer.value)
    else if (answer.kind === 'nothing') this.#pause(order, answer, pauseMs)
    else if (!mayBeThere)
      this.report(order, {
        topic: 'order.rejected',
        payload: { clientOrderId, instrument, code: 'INSTRUMENT_UNKNOWN' },
      })
    return answer.kind === 'done' || (answer.kind !== 'nothing' && mayBeThere)
  }

  learn(instrument: string, assets: VenueAssets): void {
    this.assets.set(instrument, assets)
    this.account.name(instrument, assets)
  }

  async #cancel(order: GatewayOrder): Promise<void> {
    const answer = await cancelOrder(this, order)
    if (answer !== null) this.#pause(order, answer, pauseAfter(order.cancels))
  }

  async #move(order: GatewayOrder, change: Moved): Promise<void> {
    const { venue, windowMs } = this.#options
    const answer = await moveOrder(this, venue, order, change, windowMs)
    if (answer !== null) this.#pause(order, answer, pauseMs)
  }

  async #askAgain(order: GatewayOrder): Promise<void> {
    if (!(await this.#know(order))) return
    const lacking = await askOrder(this, order)
    if (lacking === null && order.venueOrderId !== null) return
    if (!isHeldBack(lacking)) order.queries++
    this.#pause(order, lacking, pauseAfter(order.queries))
    if (lacking === null || isHeldBack(lacking) || order.queries !== queriesMost) return
    const why = lacking.kind === 'nothing' ? `: ${lacking.reason}` : ''
    const what = `asked ${queriesMost} times, the venue does not answer for it${why}`
    this.voice.alert('VENUE_UNREACHABLE', order.submitted.clientOrderId, what)
  }

  #pause(order: GatewayOrder, answer: Answer<unknown> | null, leastMs: number): void {
    const waitMs = Math.max(leastMs, answer?.kind === 'nothing' ? answer.waitMs : 0)
    order.notBeforeMs = Math.max(order.notBeforeMs, this.#options.nowMs() + waitMs)
  }

  /** Joins what the venue shows and says what is new of it; `isMissing`: a reconciliation found it, and counts. */
  apply(order: GatewayOrder, view: VenueOrder, isMissing = false): void {
    joinView(order, view)
    order.takenUntilMs = null
    this.#sayNews(order, isMissing)
  }

  /** A fill that no order of the log got, in the log or on its way into it; each once. [G33] */
  foldOther(fill: PayloadOf<'order.fill'>): void {
    if (!this.trades.has(fill.instrument, fill)) this.#count(fill)
  }

  #count(fill: PayloadOf<'order.fill'>): void {
    this.trades.add(fill)
    this.account.fill(fill)
    this.contracts.move(fill)
    this.payments.fill(fill)
  }

  #sayNews(order: GatewayOrder, isMissing: boolean): void {
    for (const report of unsaid(order, this.assets.get(order.submitted.instrument))) {
      if (isMissing) this.#countMissing(report)
      this.report(order, report)
    }
  }

  /** Says it, once it is taken in. */
  report(order: GatewayOrder, report: Report): void {
    this.fold(order, report)
    this.voice.say(report)
  }

  #countMissing({ topic }: Report): void {
    if (topic === 'order.accepted') this.missing.acceptances++
    else if (topic === 'order.fill') this.missing.fills++
    else if (topic !== 'order.triggered') this.missing.ends++
  }

  /** Takes in what is in the log, or goes into it now. */
  fold(order: GatewayOrder, report: Report): void {
    if (report.topic === 'order.fill' && !order.said.trades.has(report.payload.tradeId)) this.#count(report.payload)
    foldSaid(order, report)
    if (order.venueOrderId !== null) order.acceptedAtMs ??= this.nowMs()
    if (order.said.ended) this.orders.end(order)
  }

  /** The end of a contract, which is in the log, or goes into it now; once. [G30] */
  foldSettled(settled: PayloadOf<'venue.settled'>): void {
    if (this.contracts.settle(settled))
      this.account.fill({ ...settled, fee: settled.fee ?? '0', filledAt: settled.settledAt })
  }

  /** Joins what the venue shows, says what is new, and asks for trades that lack: comes back with an answer that was none. */
  async show(order: GatewayOrder, view: VenueOrder, isMissing = false): Promise<Answer<unknown> | null> {
    this.apply(order, view, isMissing)
    if (lacksTrades(order) && order.venueOrderId !== null) {
      const answer = await this.#options.venue.trades(this.orders.name(order), order.venueOrderId)
      if (answer.kind !== 'done') return answer
      joinTrades(order, answer.value)
      this.#sayNews(order, isMissing)
      if (lacksTrades(order)) return nothing('some of its trades')
    }
    return newTrades(order).length > 0 ? nothing('what its instrument is made of') : null
  }

  get venue(): RealVenue {
    return this.#options.venue
  }

  find(order: GatewayOrder): Promise<Answer<VenueOrder>> {
    return this.#options.venue.find(this.orders.name(order))
  }
}
