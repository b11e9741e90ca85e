import { isExternalOrder } from '#lib/domain/external-order.ts'
import type { PayloadOf } from '#schemas/catalogue.ts'
import type { Event } from '#schemas/event.ts'
import type { DeskOptions } from './desk-options.ts'
import { foldChange, type GatewayOrder, type Report } from './gateway-order.ts'
import { OrderDesk } from './order-desk.ts'
import { hearOther } from './other-trades.ts'
import { Outage } from './outage.ts'
import type { RealVenueConfig } from './real-venue-config.ts'
import { reconcile } from './reconcile.ts'
import { restMs } from './trade-record.ts'
import { unforeseen } from './understood.ts'

export type GatewayOptions = DeskOptions & {
  readonly reconcileMs: number
  readonly external: RealVenueConfig['external']
  /** For operators. */
  readonly note: (message: string) => void
}

const pulseMs = 20
const againMs = 250

/** Brings the orders of a log to a real venue, and what happens there into the log: each once. The rules are those of G in SPEC.md. */
export class Gateway {
  readonly #options: GatewayOptions
  readonly #desk: OrderDesk
  #isCaughtUp = false
  #isStreamOpen = false
  /** How often it was opened. */
  #openings = 0
  #whyClosed = ''
  #isReconciled = false
  #isReconciling = false
  #isClosed = false
  #hasExternal = false
  #isDiffering = false
  #nextReconcileMs = 0
  readonly #outage = new Outage()
  /** What was external or different, as it was told last. */
  #told = ''
  /** Since it was reconciled, something that it answered and that cannot be was told. */
  #isFaultTold = false
  #timer: NodeJS.Timeout | null = null
  #endStream: (() => void) | null = null

  constructor(options: GatewayOptions) {
    this.#options = options
    this.#desk = new OrderDesk(options, () => this.#pump())
  }

  /** An event of the log, in its order; those that were there at the start come before `caughtUp`. */
  hear(event: Event): void {
    const { orders, account, payments } = this.#desk
    switch (event.topic) {
      case 'system.config':
        orders.tag(event)
        return
      case 'order.submitted':
        orders.add(event, this.#isCaughtUp ? null : Number.POSITIVE_INFINITY)
        if (this.#desk.record.isUnread(event.payload.instrument)) this.#askSoon()
        break
      case 'order.adopted':
        orders.adopt(event)
        return
      case 'md.instrument':
        // It may have been traded since the log began.
        if (this.#desk.record.list(event.payload.instrument)) this.#askSoon()
        return
      case 'order.cancel_requested':
        this.#hearCancel(event.payload, orders.find(event.payload.clientOrderId))
        break
      case 'order.update_requested':
        this.#hearUpdate(event.payload, orders.find(event.payload.clientOrderId))
        break
      case 'order.updated':
      case 'order.update_rejected': {
        const order = orders.find(event.payload.clientOrderId)
        if (order) order.movesTo = order.moveTakenUntilMs = null
        if (order && event.topic === 'order.updated') foldChange(order, event.payload)
        return
      }
      case 'venue.reconciled':
        account.begin(event.payload.balances, event.payload.trades.since)
        this.#desk.trades.hear(event.payload.trades)
        payments.begin(event.at)
        return
      case 'venue.paid':
        payments.hear(event.payload)
        return
      case 'venue.settled':
        this.#desk.foldSettled(event.payload)
        return
      case 'order.accepted':
      case 'order.triggered':
      case 'order.rejected':
      case 'order.fill':
      case 'order.canceled':
      case 'order.expired': {
        const order = orders.find(event.payload.clientOrderId)
        if (event.topic === 'order.fill' && this.#desk.trades.comesBack(event.payload)) return
        if (order) this.#desk.fold(order, event as Report)
        else if (event.topic === 'order.fill' && isExternalOrder(event.payload.clientOrderId))
          this.#desk.foldOther(event.payload)
        return
      }
    }
    this.#pump()
  }

  /** All that was in the log has been heard: from here on it acts. */
  caughtUp(): void {
    if (this.#isCaughtUp) return
    this.#isCaughtUp = true
    this.#timer = setInterval(() => this.#pump(), pulseMs)
    const { venue, note, nowMs } = this.#options
    this.#outage.begin(nowMs(), 'its stream is not open')
    this.#endStream = venue.stream({
      onOpen: () => {
        this.#isStreamOpen = true
        this.#openings++
        this.#whyClosed = ''
        this.#nextReconcileMs = 0
        this.#pump()
      },
      onOrder: (view) => {
        try {
          const order = this.#desk.orders.ofView(view)
          if (order) this.#desk.apply(order, view)
          else if (hearOther(this.#desk, view)) this.#askSoon()
        } catch (thrown) {
          this.#desk.voice.doubt(venue.name, thrown)
          this.#askSoon()
        }
      },
      onPaid: () => {
        this.#desk.payments.nextAskMs = 0
        this.#nextReconcileMs = 0
        this.#pump()
      },
      onClose: (reason) => {
        // Once, however often it is tried.
        if (reason !== this.#whyClosed) note(`the stream of ${venue.name} is closed: ${reason}`)
        this.#whyClosed = reason
        this.#outage.begin(nowMs(), `its stream is closed: ${reason}`)
        this.#isStreamOpen = false
        this.#isReconciled = false
      },
    })
  }

  close(): void {
    this.#isClosed = true
    this.#desk.close()
    if (this.#timer !== null) clearInterval(this.#timer)
    this.#endStream?.()
  }

  #askSoon(): void {
    this.#nextReconcileMs = Math.min(this.#nextReconcileMs, this.#options.nowMs() + againMs)
  }

  #hearCancel(
    { clientOrderId, instrument, reason, isGone }: PayloadOf<'order.cancel_requested'>,
    order?: GatewayOrder,
  ): void {
    if (order) {
      if (isGone) order.cancelReason = reason
      order.cancelReason ??= reason
      order.isGone ||= isGone === true
      order.notBeforeMs = 0
    } else if (this.#isCaughtUp)
      this.#desk.voice.say({ topic: 'order.rejected', payload: { clientOrderId, instrument, code: 'UNKNOWN_ORDER' } })
  }

  #hearUpdate(
    { clientOrderId, instrument, limitPrice, quantity }: PayloadOf<'order.update_requested'>,
    order?: GatewayOrder,
  ): void {
    if (order && !order.said.ended) {
      order.movesTo = limitPrice === undefined ? { quantity } : { limitPrice }
      // A process before may have sent it.
      if (!this.#isCaughtUp) order.moveTakenUntilMs = Number.POSITIVE_INFINITY
      order.notBeforeMs = 0
    } else if (this.#isCaughtUp)
      this.#desk.voice.say({
        topic: 'order.update_rejected',
        payload: { clientOrderId, instrument, code: 'UNKNOWN_ORDER' },
      })
  }

  #tell(message: string): void {
    const { name } = this.#options.venue
    this.#desk.voice.alert('VENUE_UNREACHABLE', name, message)
  }

  /** Does what is due. */
  #pump(): void {
    if (!this.#isCaughtUp || this.#isClosed || !this.#desk.orders.isTagged) return
    const news = this.#outage.news(this.#options.nowMs())
    if (news !== null) this.#tell(news)
    const isDue = this.#options.nowMs() >= this.#nextReconcileMs
    if (this.#isStreamOpen && !this.#isReconciling && isDue) void this.#reconcile()
    const mayPlace = this.#isReconciled && this.#isStreamOpen && !this.#hasExternal
    const mayAsk = this.#isReconciled || !this.#isReconciling
    for (const order of this.#desk.orders.open()) {
      try {
        this.#desk.drive(order, { mayPlace, mayAsk })
      } catch (thrown) {
        this.#desk.voice.doubt(order.submitted.clientOrderId, thrown)
      }
    }
  }

  async #reconcile(): Promise<void> {
    const { nowMs, reconcileMs, external, note, venue } = this.#options
    this.#isReconciling = true
    const opening = this.#openings
    const found = await reconcile(this.#desk, this.#options, {
      isFirst: !this.#isReconciled,
      isDiffering: this.#isDiffering,
      told: this.#told,
      opening,
    }).catch((thrown) => ({ waitMs: againMs, why: unforeseen(thrown), isFaulty: true }))
    this.#isReconciling = false
    if (this.#isClosed) return
    // What was asked before a stream was opened is not what is there since.
    const isOpenedAnew = this.#openings !== opening
    const isDone = !('waitMs' in found) && this.#isStreamOpen && !isOpenedAnew
    const pauseMs = isDone ? 0 : Math.min(this.#outage.pauseMs(), reconcileMs)
    const soonMs = Math.max(againMs, pauseMs, 'waitMs' in found ? found.waitMs : 0)
    const { record, orders } = this.#desk
    const calmMs = record.isOpen ? Math.min(reconcileMs, restMs) : reconcileMs
    const isCalm = isDone && !record.isDue(orders.instruments())
    if (!isOpenedAnew) this.#nextReconcileMs = nowMs() + (isCalm ? Math.min(found.againMs ?? calmMs, calmMs) : soonMs)
    const isFault = 'waitMs' in found && found.isFaulty
    if ('waitMs' in found) this.#outage.begin(nowMs(), found.why)
    if (isFault && !this.#isFaultTold) this.#tell(found.why)
    this.#isFaultTold = !isDone && (this.#isFaultTold || isFault)
    if (isDone) {
      if (this.#outage.end()) this.#tell('it is reconciled again')
      this.#hasExternal = found.hasExternal && external !== 'ignore'
      this.#told = found.told
      this.#isDiffering = found.isDiffering
      if (!this.#isReconciled) note(`reconciled with ${venue.name}`)
      this.#isReconciled = true
    }
    this.#pump()
  }
}
