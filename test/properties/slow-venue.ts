import { drawBelow, type SeededRandom } from '#lib/market/seeded-random.ts'
import type { PayloadOf, Topic } from '#schemas/catalogue.ts'
import type { Event } from '#schemas/event.ts'
import type { AtVenue, CrossedTruth } from './crossed-truth.ts'

type Say = <T extends Topic>(topic: T, payload: object) => void

/** A venue that reads the log when it likes, and answers as it is drawn: accepts, rejects, fills in parts, ends by itself, is closed, and obeys reduce-only. */
export class SlowVenue {
  readonly #random: SeededRandom
  /** When it closes and opens; null where it never closes. */
  readonly #hours: SeededRandom | null
  #isClosed = false
  readonly #truth: CrossedTruth
  readonly #log: readonly Event[]
  readonly #say: Say
  readonly #cancels: string[] = []
  readonly #fills: PayloadOf<'order.fill'>[] = []
  #read = 0
  #trades = 0

  constructor(random: SeededRandom, hours: SeededRandom | null, truth: CrossedTruth, log: readonly Event[], say: Say) {
    this.#random = random
    this.#hours = hours
    this.#truth = truth
    this.#log = log
    this.#say = say
  }

  /** `isQuiet`: it does what it is asked, and nothing by itself. */
  act(isQuiet: boolean, isCalm: boolean): void {
    this.#hear()
    if (this.#hours !== null && drawBelow(this.#hours, 100) < (this.#isClosed ? 15 : 5))
      this.#isClosed = !this.#isClosed
    if (isQuiet) this.#isClosed = false
    if (this.#cancels.length > 0 && this.#draws(50)) {
      this.#cancel(isQuiet || isCalm)
      return
    }
    const open = [...this.#truth.orders.values()].filter(({ state }) => state === 'there' || state === 'working')
    const order = open[drawBelow(this.#random, Math.max(1, open.length))]
    if (order === undefined) return
    if (order.state === 'there') this.#admit(order, isQuiet)
    else if (!this.#isClosed) this.#work(order, isQuiet)
  }

  /** Says a fill again that was said before. */
  repeat(): void {
    const fill = this.#fills[drawBelow(this.#random, Math.max(1, this.#fills.length))]
    if (fill !== undefined) this.#say('order.fill', fill)
  }

  #hear(): void {
    while (this.#read < this.#log.length) {
      const { topic, payload } = this.#log[this.#read++] as Event
      if (topic === 'order.submitted') this.#truth.order(payload.clientOrderId).state = 'there'
      if (topic === 'order.cancel_requested') this.#cancels.push(payload.clientOrderId)
      if (this.#draws(30)) return
    }
  }

  #cancel(isPunctual: boolean): void {
    const order = this.#truth.order(this.#cancels.shift() as string)
    if (order.state === 'ended') return
    if (!isPunctual && this.#draws(5)) {
      this.#lose(order)
      return
    }
    this.#end(order, 'order.canceled', { leavesQuantity: String(order.leaves), reason: 'asked' })
    // It had filled before, and says so afterwards.
    if (!isPunctual && order.terms.closes === undefined && this.#draws(3) && this.#mayFill(order)) this.#fill(order, 1)
  }

  /** It does not know it, and fills it all the same: what a venue says of what it said is gone counts nowhere. */
  #lose(order: AtVenue): void {
    this.#end(order, 'order.rejected', { code: 'UNKNOWN_ORDER' })
    if (this.#draws(50)) this.#say('order.fill', this.#trade(order, 1))
  }

  #admit(order: AtVenue, isQuiet: boolean): void {
    const { clientOrderId, instrument } = order.terms
    if (this.#isClosed) {
      this.#end(order, 'order.rejected', { code: 'VENUE_CLOSED' })
      return
    }
    if (!isQuiet && this.#draws(8)) {
      const codes = ['NO_MARKET', 'PRICE_INVALID', 'REFUSED']
      this.#end(order, 'order.rejected', { code: codes[drawBelow(this.#random, codes.length)] })
      return
    }
    order.state = 'working'
    if (this.#draws(90)) this.#say('order.accepted', { clientOrderId, venueOrderId: 'v', instrument })
  }

  #work(order: AtVenue, isQuiet: boolean): void {
    const { orderType, isReduceOnly } = order.terms
    if (orderType !== 'market' && isQuiet) return
    if (orderType !== 'market' && !this.#draws(35)) {
      const how = this.#draws(50) ? 'order.canceled' : 'order.expired'
      if (this.#draws(8)) this.#end(order, how, { leavesQuantity: String(order.leaves), reason: 'of the venue' })
      return
    }
    const quantity = this.#draws(50) ? order.leaves : 1 + drawBelow(this.#random, order.leaves)
    const room = isReduceOnly ? this.#truth.roomOf(order) : quantity
    if (room > 0) this.#fill(order, Math.min(quantity, room))
    else this.#end(order, 'order.canceled', { leavesQuantity: String(order.leaves), reason: 'reduce-only' })
  }

  #fill(order: AtVenue, quantity: number): void {
    this.#truth.fill(order, quantity)
    const fill = this.#trade(order, quantity)
    this.#fills.push(fill)
    this.#say('order.fill', fill)
  }

  #trade({ terms, leaves }: AtVenue, quantity: number): PayloadOf<'order.fill'> {
    const { clientOrderId, strategy, instrument, side } = terms
    const price = this.#truth.priceOf(instrument).toFixed(2)
    const of = { clientOrderId, venueOrderId: 'v', tradeId: `x${++this.#trades}`, strategy, instrument, side, price }
    const money = { fee: '0', currency: 'USD', liquidity: 'taker', filledAt: this.#log.at(-1)?.at ?? 0 } as const
    return { ...of, ...money, quantity: quantity.toFixed(this.#draws(20) ? 2 : 0), leavesQuantity: String(leaves) }
  }

  #mayFill(order: AtVenue): boolean {
    return !order.terms.isReduceOnly || this.#truth.roomOf(order) > 0
  }

  #end(order: AtVenue, topic: Topic, more: object): void {
    const { clientOrderId, instrument } = order.terms
    this.#truth.end(order)
    this.#say(topic, { clientOrderId, instrument, ...more })
  }

  #draws(percent: number): boolean {
    return drawBelow(this.#random, 100) < percent
  }
}
