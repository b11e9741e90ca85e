import { type BoxOrder, isWorking, longId, type UsdmBook } from './usdm-book.ts'

export type BoxAlgo = {
  readonly algoId: number
  readonly clientAlgoId: string
  readonly orderType: string
  readonly sign: 1 | -1
  readonly quantity: string
  /** Cents; of a trailing stop null. */
  readonly trigger: number | null
  readonly price: string
  readonly timeInForce: string
  readonly reduceOnly: string
  /** Percent; of a trailing stop alone, with the best price since it waits. */
  readonly callbackRate: number | null
  best: number
  status: 'NEW' | 'TRIGGERING' | 'TRIGGERED' | 'FINISHED' | 'CANCELED' | 'REJECTED' | 'EXPIRED'
  child: BoxOrder | null
  reason: string
  readonly createTime: number
  updateTime: number
}
type Refusal = { readonly code: number; readonly msg: string }
type Terms = Readonly<Record<string, string>>

const kinds = new Set(['STOP', 'STOP_MARKET', 'TAKE_PROFIT', 'TAKE_PROFIT_MARKET', 'TRAILING_STOP_MARKET'])
export const isConditional = (type: string | null): boolean => kinds.has(type ?? '')

/** The algo service of the box: it waits for prices of the contract, and sends what has seen its own to the book. */
export class UsdmAlgos {
  readonly algos: BoxAlgo[] = []
  /** So long a triggered order is on its way to the book, and a new one is missing from queries. */
  triggerMs = 0
  lateMs = 0
  /** It keeps so many that wait (filter MAX_NUM_ALGO_ORDERS). */
  most = 200
  readonly #book: UsdmBook
  readonly #tell: (algo: BoxAlgo) => void
  #timers = new Set<NodeJS.Timeout>()

  constructor(book: UsdmBook, tell: (algo: BoxAlgo) => void) {
    this.#book = book
    this.#tell = tell
    book.onQuote = () => {
      for (const algo of this.algos) if (algo.status === 'NEW' && this.#isReached(algo)) this.#trigger(algo)
    }
  }

  /** Margin is not looked at before it is triggered. */
  place(terms: Terms): BoxAlgo | Refusal {
    const { type = '', side, quantity = '', triggerPrice, callbackRate, price = '0', clientAlgoId = '' } = terms
    const isTrailing = type === 'TRAILING_STOP_MARKET'
    const isLimit = type === 'STOP' || type === 'TAKE_PROFIT'
    if (terms.algoType !== 'CONDITIONAL' || !kinds.has(type)) return { code: -1130, msg: 'Data sent is not valid.' }
    if (isTrailing ? callbackRate === undefined : triggerPrice === undefined)
      return { code: -1102, msg: `Mandatory parameter '${isTrailing ? 'callbackRate' : 'triggerPrice'}' was not sent.` }
    if (isLimit !== (price !== '0')) return { code: -1106, msg: "Parameter 'price' sent when not required." }
    if (isTrailing && !(Number(callbackRate) >= 0.1 && Number(callbackRate) <= 10 && isTenth(Number(callbackRate))))
      return { code: -2007, msg: 'Invalid callBack rate.' }
    if (Math.abs(Number(quantity) * 1_000 - Math.round(Number(quantity) * 1_000)) > 1e-6)
      return { code: -1111, msg: 'Precision is over the maximum defined for this asset: quantity.' }
    if (this.algos.some((one) => one.clientAlgoId === clientAlgoId && isOpen(one)))
      return { code: -4116, msg: 'ClientOrderId is duplicated.' }
    if (this.algos.filter(isOpen).length >= this.most) return { code: -4045, msg: 'Reach max stop order limit.' }
    const algo: BoxAlgo = {
      algoId: 1_000_000_000_000_000 + this.algos.length,
      clientAlgoId,
      orderType: type,
      sign: side === 'BUY' ? 1 : -1,
      quantity,
      trigger: isTrailing ? null : Math.round(Number(triggerPrice) * 100),
      price,
      timeInForce: terms.timeInForce ?? 'GTC',
      reduceOnly: terms.reduceOnly ?? 'false',
      callbackRate: isTrailing ? Number(callbackRate) : null,
      best: this.#book.last,
      status: 'NEW',
      child: null,
      reason: '',
      createTime: Date.now(),
      updateTime: Date.now(),
    }
    if (this.#isReached(algo)) return { code: -2021, msg: 'Order would immediately trigger.' }
    this.algos.push(algo)
    this.#tell(algo)
    return algo
  }

  /** As queries show it: one that is new they may not have yet. */
  find(by: { readonly algoId?: string | null; readonly clientAlgoId?: string | null }): BoxAlgo | undefined {
    return this.algos.findLast(
      (one) =>
        (String(one.algoId) === by.algoId || one.clientAlgoId === by.clientAlgoId) &&
        Date.now() >= one.createTime + this.lateMs,
    )
  }

  /** What waits, as far as queries show it. */
  open(): BoxAlgo[] {
    return this.algos.filter((one) => one.status === 'NEW' && this.find({ algoId: String(one.algoId) }) === one)
  }

  /** Only what waits is canceled here; a triggered one as the order that it became. */
  cancel(by: { readonly algoId?: string | null; readonly clientAlgoId?: string | null }): BoxAlgo | Refusal {
    const algo = this.algos.findLast((one) => String(one.algoId) === by.algoId || one.clientAlgoId === by.clientAlgoId)
    if (algo?.status !== 'NEW') return { code: -2011, msg: 'Unknown order sent.' }
    this.#become(algo, 'CANCELED')
    return algo
  }

  /** An order of the book has changed: is it what one became? */
  hear(order: BoxOrder): void {
    const algo = this.algos.find(({ child }) => child === order)
    if (algo?.status === 'TRIGGERED' && !isWorking(order)) this.#become(algo, 'FINISHED')
  }

  close(): void {
    for (const timer of this.#timers) clearTimeout(timer)
  }

  #isReached(algo: BoxAlgo): boolean {
    const { last } = this.#book
    const { sign, trigger, callbackRate, orderType } = algo
    if (trigger === null) {
      algo.best = sign > 0 ? Math.min(algo.best, last) : Math.max(algo.best, last)
      const behind = algo.best * (1 + (sign * (callbackRate as number)) / 100)
      return sign > 0 ? last >= behind : last <= behind
    }
    const isUp = orderType.startsWith('STOP') === sign > 0
    return isUp ? last >= trigger : last <= trigger
  }

  #trigger(algo: BoxAlgo): void {
    this.#become(algo, 'TRIGGERING')
    if (this.triggerMs === 0) {
      this.#send(algo)
      return
    }
    const timer = setTimeout(() => {
      this.#timers.delete(timer)
      this.#send(algo)
    }, this.triggerMs)
    this.#timers.add(timer)
  }

  /** The order that it becomes has a number of its own, and the same client's id; the book tells of it before this service does. */
  #send(algo: BoxAlgo): void {
    const { sign, quantity, price, timeInForce, reduceOnly, clientAlgoId: newClientOrderId } = algo
    const limit: Terms = price === '0' ? { type: 'MARKET' } : { type: 'LIMIT', price, timeInForce }
    const side = sign > 0 ? 'BUY' : 'SELL'
    const terms: Terms = { newClientOrderId, side, quantity, reduceOnly, ...limit }
    const placed = this.#book.place(terms)
    if ('code' in placed) algo.reason = placed.code === -2022 ? 'Reduce Only reject' : placed.msg
    else algo.child = placed
    this.#become(algo, algo.child === null ? 'REJECTED' : 'TRIGGERED')
    if (algo.child !== null) this.hear(algo.child)
  }

  #become(algo: BoxAlgo, status: BoxAlgo['status']): void {
    algo.status = status
    algo.updateTime = Date.now()
    this.#tell(algo)
  }
}

export const isOpen = ({ status }: BoxAlgo): boolean => status === 'NEW' || status === 'TRIGGERING'
const isTenth = (rate: number) => Math.abs(rate * 10 - Math.round(rate * 10)) < 1e-9
const cents = (price: number) => (price / 100).toFixed(2)

/** What each algo order has come to, in the words of orders: what it became, or what it is. */
export const algoBooks = ({ algos }: UsdmAlgos) =>
  algos.map(({ algoId, clientAlgoId, status, child }) => ({
    orderId: child?.orderId ?? algoId,
    clientOrderId: clientAlgoId,
    status: child?.status ?? (status === 'REJECTED' ? 'EXPIRED' : status),
    executedQty: child?.executedQty ?? '0',
    trades: child?.trades ?? [],
  }))

/** `GET` and `POST /fapi/v1/algoOrder`. */
export const shownAlgo = (algo: BoxAlgo) => ({
  algoId: algo.algoId,
  clientAlgoId: algo.clientAlgoId,
  algoType: 'CONDITIONAL',
  orderType: algo.orderType,
  symbol: 'BTCUSDT',
  side: algo.sign > 0 ? 'BUY' : 'SELL',
  positionSide: 'BOTH',
  timeInForce: algo.timeInForce,
  quantity: algo.quantity,
  algoStatus: algo.status,
  actualOrderId: algo.child === null ? '' : longId(algo.child.orderId),
  triggerPrice: cents(algo.trigger ?? 0),
  price: algo.price,
  workingType: 'CONTRACT_PRICE',
  reduceOnly: algo.reduceOnly === 'true',
  createTime: algo.createTime,
  updateTime: algo.updateTime,
  triggerTime: algo.status === 'NEW' ? 0 : algo.updateTime,
})

/** `ALGO_UPDATE`. */
export const algoUpdate = (algo: BoxAlgo) => ({
  e: 'ALGO_UPDATE',
  T: algo.updateTime,
  E: Date.now(),
  o: {
    caid: algo.clientAlgoId,
    aid: algo.algoId,
    at: 'CONDITIONAL',
    o: algo.orderType,
    s: 'BTCUSDT',
    S: algo.sign > 0 ? 'BUY' : 'SELL',
    ps: 'BOTH',
    f: algo.timeInForce,
    q: algo.quantity,
    X: algo.status,
    ai: algo.child === null ? '' : longId(algo.child.orderId),
    aq: algo.child?.executedQty ?? '0',
    tp: cents(algo.trigger ?? 0),
    p: algo.price,
    R: algo.reduceOnly === 'true',
    rm: algo.reason,
  },
})
