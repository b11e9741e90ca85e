import type { PayloadOf, Topic } from '#schemas/catalogue.ts'

export type BookTop = {
  readonly bid: string | null
  readonly bidSize: string | null
  readonly ask: string | null
  readonly askSize: string | null
}
export type LastTrade = {
  readonly price: string
  readonly size: string
  readonly isBuyerMaker: boolean
  readonly n: number
}

/** The newest of the market by instrument: top of book, last trade, how often each changed. */
export class MarketView {
  readonly #tops = new Map<string, BookTop>()
  readonly #trades = new Map<string, LastTrade>()
  #updates = 0

  take(topic: Topic, payload: unknown): void {
    if (topic === 'md.bar') {
      const { instrument, close, volume } = payload as PayloadOf<'md.bar'>
      this.#trade(instrument, close, volume, false)
      return
    }
    if (topic !== 'md.tick') return
    const tick = payload as PayloadOf<'md.tick'>
    this.#updates++
    if (tick.kind === 'quote') {
      const { bid, bidSize, ask, askSize } = tick
      this.#tops.set(tick.instrument, { bid, bidSize, ask, askSize })
    } else this.#trade(tick.instrument, tick.price, tick.size, tick.aggressor === 'sell')
  }

  best(instrument: string): BookTop {
    return this.#tops.get(instrument) ?? nothing
  }

  last(instrument: string): LastTrade | null {
    return this.#trades.get(instrument) ?? null
  }

  get updateId(): number {
    return this.#updates
  }

  #trade(instrument: string, price: string, size: string, isBuyerMaker: boolean): void {
    const n = (this.#trades.get(instrument)?.n ?? 0) + 1
    this.#trades.set(instrument, { price, size, isBuyerMaker, n })
  }
}

const nothing: BookTop = { bid: null, bidSize: null, ask: null, askSize: null }
