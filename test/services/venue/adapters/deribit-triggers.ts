import type { BoxOrder, UsdmBook } from './usdm-book.ts'

type Params = Readonly<Record<string, unknown>>
const words = { stop_limit: 'SL', stop_market: 'SL', take_limit: 'TP', take_market: 'TP', trailing_stop: 'TS' } as const
const priceLetters = { mark_price: 'M', last_price: 'T', index_price: 'I' } as const
export type TriggerPrice = keyof typeof priceLetters

/** An order that waits for a price, and is no order of the book before. Prices in cents, amounts in thousandths. */
export type BoxTrigger = {
  readonly id: string
  readonly label: string
  readonly sign: 1 | -1
  readonly type: keyof typeof words
  readonly by: TriggerPrice
  readonly offset: number
  amount: number
  limit: number | null
  price: number
  isReducing: boolean
  state: 'untriggered' | 'triggered' | 'cancelled' | 'rejected'
  /** Of the book: what it became, by its number. */
  child: number | null
}
export type TriggerFault = readonly [code: number, message: string]

/** Trigger orders as Deribit keeps them: by mark, last or index price, each with an id of its own; what one becomes has another, and the same label. */
export class DeribitTriggers {
  readonly all: BoxTrigger[] = []
  readonly #book: UsdmBook
  readonly #tell: (trigger: BoxTrigger) => void
  readonly #prices: Record<TriggerPrice, number> = { mark_price: 0, last_price: 0, index_price: 0 }

  constructor(book: UsdmBook, tell: (trigger: BoxTrigger) => void) {
    this.#book = book
    this.#tell = tell
  }

  /** The trigger order that an order of the book was. */
  of({ orderId }: BoxOrder): BoxTrigger | undefined {
    return this.all.find(({ child }) => child === orderId)
  }

  became({ child }: BoxTrigger): BoxOrder | undefined {
    return child === null ? undefined : this.#book.orders.find(({ orderId }) => orderId === child)
  }

  place(sign: 1 | -1, params: Params): BoxTrigger | TriggerFault {
    const type = params.type as BoxTrigger['type']
    const by = params.trigger as TriggerPrice
    const amount = Number(params.amount) * 1_000
    if (Math.abs(amount - Math.round(amount)) > 1e-6) return [10_021, 'invalid_amount']
    if (!(by in priceLetters)) return [11_029, 'invalid_arguments']
    const offset = type === 'trailing_stop' ? centsOf(params.trigger_offset) : 0
    if (type === 'trailing_stop' ? !(offset > 0) : params.trigger_price === undefined)
      return [11_036, 'invalid_trigger_price']
    const price = type === 'trailing_stop' ? this.#prices[by] + sign * offset : centsOf(params.trigger_price)
    const isLimit = type.endsWith('limit')
    if (isLimit !== (params.price !== undefined)) return [10_023, 'invalid_price']
    const terms = { label: String(params.label ?? ''), sign, type, by, offset, amount: Math.round(amount) }
    const id = `USDC-${words[type]}${priceLetters[by]}${sign > 0 ? 'B' : 'S'}-${this.all.length + 1}`
    const limit = isLimit ? centsOf(params.price) : null
    const isReducing = params.reduce_only === true
    const trigger: BoxTrigger = { id, ...terms, limit, price, isReducing, state: 'untriggered', child: null }
    const fault = this.#misplaced(trigger)
    if (fault !== null) return fault
    this.all.push(trigger)
    this.#tell(trigger)
    return trigger
  }

  /** What is not stated is taken away, as of any order. */
  edit(trigger: BoxTrigger, params: Params): TriggerFault | null {
    if (params.trigger_price === undefined && trigger.offset === 0) return [11_036, 'invalid_trigger_price']
    const price = trigger.offset > 0 ? trigger.price : centsOf(params.trigger_price)
    const fault = this.#misplaced({ ...trigger, price })
    if (fault !== null) return fault
    trigger.price = price
    trigger.amount = Math.round(Number(params.amount) * 1_000)
    if (trigger.limit !== null) trigger.limit = centsOf(params.price)
    trigger.isReducing = params.reduce_only === true
    this.#tell(trigger)
    return null
  }

  cancel(trigger: BoxTrigger): void {
    trigger.state = 'cancelled'
    this.#tell(trigger)
  }

  /** These prices are there now. */
  see(prices: Partial<Record<TriggerPrice, number>>): void {
    Object.assign(this.#prices, prices)
    for (const trigger of this.all) if (trigger.state === 'untriggered') this.#follow(trigger)
  }

  #follow(trigger: BoxTrigger): void {
    const { sign, offset, by } = trigger
    const at = this.#prices[by]
    if (at === 0) return
    if (offset > 0) trigger.price = sign * Math.min(sign * trigger.price, sign * (at + sign * offset))
    if (this.#isReached(trigger)) this.#fire(trigger)
  }

  #isReached({ sign, by, price, type }: Pick<BoxTrigger, 'sign' | 'by' | 'price' | 'type'>): boolean {
    const isUp = words[type] === 'TP' ? sign < 0 : sign > 0
    const at = this.#prices[by]
    return at > 0 && (isUp ? at >= price : at <= price)
  }

  #misplaced(trigger: BoxTrigger): TriggerFault | null {
    if (!this.#isReached(trigger)) return null
    const isUp = words[trigger.type] === 'TP' ? trigger.sign < 0 : trigger.sign > 0
    return isUp ? [10_035, 'trigger_price_too_low'] : [10_034, 'trigger_price_too_high']
  }

  #fire(trigger: BoxTrigger): void {
    const { label, sign, amount, limit, isReducing } = trigger
    trigger.state = 'triggered'
    trigger.child = this.#book.orders.length + 1
    this.#tell(trigger)
    const terms = {
      newClientOrderId: label,
      side: sign > 0 ? 'BUY' : 'SELL',
      type: limit === null ? 'MARKET' : 'LIMIT',
      quantity: (amount / 1_000).toFixed(3),
      price: String((limit ?? 0) / 100),
      timeInForce: 'GTC',
      reduceOnly: String(isReducing),
    }
    const placed = this.#book.place(terms, { mayRepeat: true })
    if (!('code' in placed)) return
    trigger.state = 'rejected'
    trigger.child = null
    this.#tell(trigger)
  }
}

export const isTriggerType = (type: unknown): boolean => String(type) in words

/** As an order that has an id of its own. */
export const shownTrigger = (trigger: BoxTrigger, instrument_name: string) => ({
  order_id: trigger.id,
  label: trigger.label,
  instrument_name,
  order_state: trigger.state,
  order_type: trigger.type,
  filled_amount: 0,
  average_price: 0,
  amount: trigger.amount / 1_000,
  price: trigger.limit === null ? 'market_price' : trigger.limit / 100,
  direction: trigger.sign > 0 ? 'buy' : 'sell',
  post_only: false,
  reduce_only: trigger.isReducing,
  time_in_force: 'good_til_cancelled',
  triggered: trigger.state === 'triggered',
  trigger: trigger.by,
  trigger_price: trigger.price / 100,
  ...(trigger.offset > 0 ? { trigger_offset: trigger.offset / 100 } : {}),
})

/** As the record of trigger orders has one that waits no more. */
export const recordedTrigger = (trigger: BoxTrigger, instrument_name: string) => ({
  trigger_order_id: trigger.id,
  ...(trigger.child === null ? {} : { order_id: `USDC-${trigger.child}` }),
  order_state: trigger.state === 'rejected' ? 'rejected:reduce_direction' : trigger.state,
  request: trigger.state === 'cancelled' ? 'cancel' : 'trigger:order',
  order_type: trigger.limit === null ? 'market' : 'limit',
  label: trigger.label,
  instrument_name,
  direction: trigger.sign > 0 ? 'buy' : 'sell',
  amount: trigger.amount / 1_000,
  trigger: trigger.by,
  trigger_price: trigger.price / 100,
})

const centsOf = (price: unknown) => Math.round(Number(price) * 100)
