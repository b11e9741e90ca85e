export type BoxTrade = {
  readonly id: number
  readonly price: string
  readonly qty: string
  readonly commission: string
  readonly commissionAsset: 'USDT'
  readonly time: number
  readonly maker: boolean
}
export type BoxOrder = {
  readonly orderId: number
  readonly clientOrderId: string
  readonly sign: 1 | -1
  cents: number
  isPostOnly: boolean
  isReducing: boolean
  /** Thousandths of a bitcoin. */
  left: number
  executedQty: string
  status: string
  readonly trades: BoxTrade[]
}
type Refusal = { readonly code: number; readonly msg: string }
type Terms = Readonly<Record<string, string>>

const wouldTake = {
  code: -5022,
  msg: 'Due to the order could not be executed as maker, the Post Only order will be rejected.',
}
const takerBps = 5
const makerBps = 2

/** What the box knows of its orders, its position and its cash: whole cents, thousandths, and money in 1e-9. */
export class UsdmBook {
  readonly orders: BoxOrder[] = []
  /** Funding, with its time in milliseconds. */
  readonly payments: { readonly id: number; readonly amount: string; readonly at: number }[] = []
  onPaid: () => void = () => undefined
  onQuote: () => void = () => undefined
  #tell: (order: BoxOrder, trade: BoxTrade | null) => void
  #quote = { bid: 0, ask: 0, bidSize: 0, askSize: 0 }
  #position = 0
  #nanos = 0
  #trades = 0

  constructor(tell: (order: BoxOrder, trade: BoxTrade | null) => void) {
    this.#tell = tell
  }

  get position(): string {
    return text(this.#position)
  }

  /** What all fills took and gave, with their fees. */
  get cash(): string {
    return (this.#nanos / 1e9).toFixed(9)
  }

  pay(amount: string): void {
    this.payments.push({ id: 7_000 + this.payments.length, amount, at: Date.now() })
    this.onPaid()
  }

  setPosition(thousandths: number): void {
    this.#position = thousandths
  }

  /** Prices in cents, sizes in thousandths. */
  quote(bid: number, ask: number, bidSize: number, askSize: number): void {
    this.#quote = { bid, ask, bidSize, askSize }
    for (const order of this.orders) if (isWorking(order)) this.#match(order, true)
    this.onQuote()
  }

  /** The contract's last price, in cents: the middle of what is quoted. */
  get last(): number {
    return Math.round((this.#quote.bid + this.#quote.ask) / 2)
  }

  /** `mayRepeat`: an exchange that knows no order by its client's id. */
  place(terms: Terms, { mayRepeat = false } = {}): BoxOrder | Refusal {
    const { newClientOrderId = '', side, type, timeInForce, reduceOnly } = terms
    const left = Number(terms.quantity) * 1_000
    if (!isWhole(left)) return { code: -1111, msg: 'Precision is over the maximum defined for this asset: quantity.' }
    if (!mayRepeat && this.orders.some((one) => one.clientOrderId === newClientOrderId && isWorking(one)))
      return { code: -4116, msg: 'ClientOrderId is duplicated.' }
    const sign = side === 'BUY' ? 1 : -1
    const cents = type === 'MARKET' ? (sign > 0 ? 1e9 : 1) : Math.round(Number(terms.price) * 100)
    const notional = (Math.min(type === 'MARKET' ? this.#quote.bid : cents, this.#quote.ask) * left) / 1e5
    if (notional < 5 && reduceOnly !== 'true')
      return { code: -4164, msg: "Order's notional must be no smaller than 5 (unless you choose reduce only)." }
    if (left > 10_000_000) return { code: -2019, msg: 'Margin is insufficient.' }
    const isPostOnly = timeInForce === 'GTX'
    if (isPostOnly && this.#crosses(sign, cents)) return wouldTake
    const isReducing = reduceOnly === 'true'
    if (isReducing && this.#position * sign >= 0) return { code: -2022, msg: 'ReduceOnly Order is rejected.' }
    const order: BoxOrder = {
      orderId: this.orders.length + 1,
      clientOrderId: newClientOrderId,
      sign,
      cents,
      isPostOnly,
      isReducing,
      left: Math.round(left),
      executedQty: '0',
      status: 'NEW',
      trades: [],
    }
    this.orders.push(order)
    this.#tell(order, null)
    this.#match(order, false)
    if (isWorking(order) && (type === 'MARKET' || timeInForce === 'IOC')) this.end(order, 'EXPIRED')
    return order
  }

  /** To another limit, without its place. */
  move(order: BoxOrder, cents: number): Refusal | null {
    if (order.isPostOnly && this.#crosses(order.sign, cents)) return wouldTake
    order.cents = cents
    this.#tell(order, null)
    this.#match(order, false)
    return null
  }

  /** How much it asks for in all, in thousandths. */
  asked({ left, executedQty }: BoxOrder): number {
    return left + Math.round(Number(executedQty) * 1_000)
  }

  /** To ask for so much in all; what was filled as much ends, as there. */
  resize(order: BoxOrder, asked: number): void {
    order.left = asked - Math.round(Number(order.executedQty) * 1_000)
    if (order.left <= 0) this.end(order, 'CANCELED')
    else this.#tell(order, null)
  }

  end(order: BoxOrder, status: 'CANCELED' | 'EXPIRED'): void {
    order.status = status
    this.#tell(order, null)
  }

  #crosses(sign: 1 | -1, cents: number): boolean {
    return sign > 0 ? cents >= this.#quote.ask : cents <= this.#quote.bid
  }

  #match(order: BoxOrder, isMaker: boolean): void {
    const { bid, ask, bidSize, askSize } = this.#quote
    const [price, size] = order.sign > 0 ? [ask, askSize] : [bid, bidSize]
    if (order.sign > 0 ? price > order.cents : price < order.cents) return
    const most = order.isReducing ? Math.max(0, -order.sign * this.#position) : order.left
    const lots = Math.min(order.left, size, most)
    if (lots > 0) this.#fill(order, lots, isMaker ? order.cents : price, isMaker)
    if (order.isReducing && isWorking(order) && this.#position * order.sign >= 0) this.end(order, 'EXPIRED')
  }

  #fill(order: BoxOrder, lots: number, cents: number, maker: boolean): void {
    if (order.sign > 0) this.#quote.askSize -= lots
    else this.#quote.bidSize -= lots
    const fee = cents * lots * (maker ? makerBps : takerBps)
    this.#position += order.sign * lots
    this.#nanos -= order.sign * cents * lots * 10_000 + fee
    order.left -= lots
    const trade: BoxTrade = {
      id: ++this.#trades,
      price: (cents / 100).toFixed(2),
      qty: text(lots),
      commission: (fee / 1e9).toFixed(9),
      commissionAsset: 'USDT',
      time: Date.now(),
      maker,
    }
    order.trades.push(trade)
    order.executedQty = text(order.trades.reduce((sum, { qty }) => sum + Math.round(Number(qty) * 1_000), 0))
    order.status = order.left === 0 ? 'FILLED' : 'PARTIALLY_FILLED'
    this.#tell(order, trade)
  }
}

/** What the box says for an order's number: as long as those of ETHUSDT are there, in digits that no double holds. */
export const longId = (orderId: number): string => String(8_389_765_523_229_474_000n + BigInt(orderId))

/** What an open order asks for. */
export const sizeOf = ({ left, executedQty }: BoxOrder): string => text(left + Math.round(Number(executedQty) * 1_000))

const isWhole = (amount: number) => Math.abs(amount - Math.round(amount)) < 1e-6
export const isWorking = ({ status }: BoxOrder) => status === 'NEW' || status === 'PARTIALLY_FILLED'
const text = (thousandths: number) => (thousandths / 1_000).toFixed(3)
