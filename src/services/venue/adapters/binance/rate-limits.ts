import { fault } from './binance-fault.ts'

/** A limit as `exchangeInfo` tells it. */
export type RateLimit = {
  readonly rateLimitType: 'REQUEST_WEIGHT' | 'ORDERS'
  readonly interval: keyof typeof intervalMs
  readonly intervalNum: number
  readonly limit: number
}

/** Those of Binance's Spot. */
export const spotLimits: readonly RateLimit[] = [
  { rateLimitType: 'REQUEST_WEIGHT', interval: 'MINUTE', intervalNum: 1, limit: 6_000 },
  { rateLimitType: 'ORDERS', interval: 'SECOND', intervalNum: 10, limit: 100 },
  { rateLimitType: 'ORDERS', interval: 'DAY', intervalNum: 1, limit: 200_000 },
]

const intervalMs = { SECOND: 1_000, MINUTE: 60_000, DAY: 86_400_000 } as const
/** Of requests in spite of a 429, before the address is banned: Binance does not say how many. */
const patience = 100
const [firstBanMs, longestBanMs] = [120_000, 259_200_000]
const addressesMost = 4_096

/** What was counted in an interval that began with the clock's own. */
type Count = { began: number; count: number }
type Asker = Count & { refused: number; bans: number; bannedUntil: number }

/** What addresses have asked for, and orders of the account that have not traded, against the limits. [B9] */
export class RateLimits {
  readonly all: readonly RateLimit[]
  readonly #nowMs: () => number
  readonly #weight: RateLimit | undefined
  readonly #askers = new Map<string, Asker>()
  readonly #orders: readonly (readonly [RateLimit, Count])[]

  constructor(all: readonly RateLimit[], nowMs: () => number) {
    this.all = all
    this.#nowMs = nowMs
    this.#weight = all.find(({ rateLimitType }) => rateLimitType === 'REQUEST_WEIGHT')
    const orders = all.filter(({ rateLimitType }) => rateLimitType === 'ORDERS')
    this.#orders = orders.map((limit) => [limit, { began: 0, count: 0 }])
  }

  /** Counts a request, whatever comes of it. Throws a BinanceFault where it is beyond the limit, or the address is banned. */
  ask(address: string, weight: number): void {
    const limit = this.#weight
    if (limit === undefined) return
    const now = this.#nowMs()
    const asker = this.#askerAt(address, limit)
    if (asker.bannedUntil > now) throw fault.banned(asker.bannedUntil)
    if (asker.count + weight <= limit.limit) {
      asker.count += weight
      return
    }
    if (asker.refused++ < patience) throw fault.tooMuchWeight(limit, endOf(limit, asker))
    asker.bannedUntil = now + Math.min(firstBanMs * 2 ** asker.bans++, longestBanMs)
    throw fault.banned(asker.bannedUntil)
  }

  /** Has the account room for one more order? Throws a BinanceFault. */
  checkOrders(): void {
    for (const [limit, count] of this.#orders)
      if (this.#inInterval(limit, count).count >= limit.limit) throw fault.tooManyOrders(limit)
  }

  /** Places an order and counts it, where it is one. Throws a BinanceFault. */
  order<T>(place: () => T): T {
    this.checkOrders()
    this.#addOrders(1)
    try {
      return place()
    } catch (error) {
      this.#addOrders(-1)
      throw error
    }
  }

  /** An order trades for the first time: it counts no more. */
  traded(): void {
    this.#addOrders(-1)
  }

  /** What is used of which limit, by an address; of orders where the request was for one. */
  used(address: string, isOrder: boolean): readonly (RateLimit & { readonly count: number })[] {
    const weight = this.#weight
    const asked = weight === undefined ? [] : [{ ...weight, count: this.#askerAt(address, weight).count }]
    if (!isOrder) return asked
    return [...asked, ...this.#orders.map(([limit, own]) => ({ ...limit, count: this.#inInterval(limit, own).count }))]
  }

  /** The same as headers of an answer. */
  headers(address: string, isOrder: boolean): Record<string, string> {
    const named = this.used(address, isOrder).map(({ rateLimitType, interval, intervalNum, count }) => {
      const what = rateLimitType === 'ORDERS' ? 'ORDER-COUNT' : 'USED-WEIGHT'
      return [`X-MBX-${what}-${intervalNum}${interval[0]}`, String(count)] as const
    })
    return Object.fromEntries(named)
  }

  #addOrders(more: number): void {
    for (const [limit, own] of this.#orders) {
      const count = this.#inInterval(limit, own)
      count.count = Math.max(0, count.count + more)
    }
  }

  #askerAt(address: string, limit: RateLimit): Asker {
    const known = this.#askers.get(address) ?? { began: 0, count: 0, refused: 0, bans: 0, bannedUntil: 0 }
    if (!this.#askers.has(address)) {
      this.#askers.set(address, known)
      const [oldest] = this.#askers.keys()
      if (this.#askers.size > addressesMost && oldest !== undefined) this.#askers.delete(oldest)
    }
    const { began } = known
    if (this.#inInterval(limit, known).began !== began) known.refused = 0
    return known
  }

  #inInterval<T extends Count>(limit: RateLimit, count: T): T {
    const now = this.#nowMs()
    const began = now - (now % lengthOf(limit))
    if (count.began === began) return count
    count.began = began
    count.count = 0
    return count
  }
}

const lengthOf = ({ interval, intervalNum }: RateLimit): number => intervalMs[interval] * intervalNum
const endOf = (limit: RateLimit, { began }: Count): number => began + lengthOf(limit)
