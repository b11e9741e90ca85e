import { createHash } from 'node:crypto'
import { parseExact } from '#lib/bars/exact-decimal.ts'
import type { Event } from '#schemas/event.ts'
import { type GatewayOrder, gatewayOrder, waits } from './gateway-order.ts'
import type { OrderName, VenueOrder } from './real-venue.ts'

/** What has ended is kept so long for reports that come late. */
const rememberedEnds = 4_096

/** The orders of a log, by our id and by the venue's. */
export class OrderRegister {
  readonly #working = new Map<string, GatewayOrder>()
  readonly #ended = new Map<string, GatewayOrder>()
  /** By both ids of the venue. */
  readonly #adopted = new Map<string, string>()
  #tag: string | null = null

  get isTagged(): boolean {
    return this.#tag !== null
  }

  get working(): number {
    return this.#working.size
  }

  /** The first configuration of the log makes the run's own mark. [G1] */
  tag({ id, at, payload }: Event<'system.config'>): void {
    this.#tag ??= createHash('sha256')
      .update(`${id} ${at} ${payload.service} ${payload.hash}`)
      .digest('hex')
      .slice(0, 10)
  }

  /** `takenUntilMs`: until when the venue may take it from a process before; null where nobody has sent it. [G3] */
  add({ payload: submitted, at }: Event<'order.submitted'>, takenUntilMs: number | null): void {
    const { clientOrderId } = submitted
    if (this.find(clientOrderId) !== undefined) return
    this.#working.set(
      clientOrderId,
      gatewayOrder(submitted, at / 1_000, this.#venueClientId(clientOrderId), takenUntilMs),
    )
  }

  find(clientOrderId: string): GatewayOrder | undefined {
    return this.#working.get(clientOrderId) ?? this.#ended.get(clientOrderId)
  }

  #byVenueId(venueClientId: string): GatewayOrder | undefined {
    return this.isOwn(venueClientId) ? this.find(`t-${venueClientId.slice(`${this.#tag}-`.length)}`) : undefined
  }

  /** Is it an id of this log's orders? */
  isOwn(venueClientId: string): boolean {
    return venueClientId.startsWith(`${this.#tag}-`)
  }

  byVenueOrder(instrument: string, venueOrderId: string): GatewayOrder | undefined {
    const isIt = (order: GatewayOrder) =>
      order.venueOrderId === venueOrderId && order.submitted.instrument === instrument
    return this.open().find(isIt) ?? [...this.#ended.values()].find(isIt)
  }

  /** Was one sent of which the venue has yet to say how it calls it? */
  isAnyUnderWay(): boolean {
    return this.open().some(({ sendings, venueOrderId }) => sendings > 0 && venueOrderId === null)
  }

  /** An order of somebody else, as it stood. [G13] */
  adopt({ payload, at }: Pick<Event<'order.adopted'>, 'payload' | 'at'>): void {
    const { clientOrderId, venueOrderId, venueClientId, filled, tradeIds, ...terms } = payload
    if (this.find(clientOrderId) !== undefined) return
    const known = { ...terms, clientOrderId, orderType: 'limit', timeInForce: 'GTC', expiresAt: at } as const
    const order = gatewayOrder({ ...known, approval: clientOrderId }, at / 1_000, venueClientId, null)
    order.venueOrderId = venueOrderId
    order.executed = order.said.filled = parseExact(filled)
    order.said.accepted = true
    for (const tradeId of tradeIds) order.said.trades.add(tradeId)
    this.#working.set(clientOrderId, order)
    this.#adopted.set(`${venueOrderId} ${venueClientId}`, clientOrderId)
  }

  /** Whose order it is that the venue shows. */
  ofView({
    venueClientId,
    venueOrderId,
  }: Pick<VenueOrder, 'venueClientId' | 'venueOrderId'>): GatewayOrder | undefined {
    const adopted = this.#adopted.get(`${venueOrderId} ${venueClientId}`)
    return adopted === undefined ? this.#byVenueId(venueClientId) : this.find(adopted)
  }

  /** Those that have not ended, oldest first. */
  open(): GatewayOrder[] {
    return [...this.#working.values()]
  }

  /** What those are in. */
  instruments(): Set<string> {
    return new Set(this.open().map(({ submitted }) => submitted.instrument))
  }

  end(order: GatewayOrder): void {
    const { clientOrderId } = order.submitted
    if (!this.#working.delete(clientOrderId)) return
    this.#ended.set(clientOrderId, order)
    for (const oldest of this.#ended.keys()) {
      if (this.#ended.size <= rememberedEnds) return
      this.#ended.delete(oldest)
    }
  }

  name({ submitted, venueClientId, venueOrderId }: GatewayOrder): OrderName {
    return { instrument: submitted.instrument, venueClientId, venueOrderId, waits: waits(submitted) }
  }

  #venueClientId(clientOrderId: string): string {
    if (this.#tag === null) throw new Error('an order came before the first configuration of the log')
    return `${this.#tag}-${clientOrderId.slice(2)}`
  }
}
