import { describe, expect, it } from 'vitest'
import { bestAsk, bestBid, isCrossed, topOf } from '#lib/book/order-book.ts'
import { emptyList, type OrderList, setOrder } from '#lib/book/order-list.ts'
import type { MarketFact } from '#lib/market/market-fact.ts'
import { drawBelow, seedRandom } from '#lib/market/seeded-random.ts'
import { catalogue, type PayloadOf } from '#schemas/catalogue.ts'
import { independentReserve } from '#services/md/adapters/independent-reserve/venue.ts'
import { nothingLeftOut } from '#services/md/adapters/read-report.ts'
import { describeShared, ifShared, sharedDir } from '#test/shared.ts'
import { byHand, normalized } from './normalized.ts'

const instrument = 'ETH-AUD.INDEPENDENTRESERVE'
const url = 'https://api.independentreserve.com/Public/GetAllOrders?primaryCurrencyCode=eth&secondaryCurrencyCode=aud'
const time = 1_649_023_812_000
const row = (Guid: string, Price: number, Volume: number) => ({ Guid, Price, Volume })
const snapshot = (BuyOrders: object[], SellOrders: object[]) => ({
  ...{ BuyOrders, SellOrders, PrimaryCurrencyCode: 'Eth', SecondaryCurrencyCode: 'Aud' },
  CreatedTimestampUtc: new Date(time).toISOString(),
})
const frame = (Nonce: number, Event: string, OrderGuid: string, more: object = {}) => ({
  ...{ Channel: 'orderbook-eth', Nonce, Event, Time: time + Nonce },
  Data: { OrderType: 'LimitBid', OrderGuid, ...more },
})
const added = (nonce: number, id: string, aud: number, Volume: number, OrderType = 'LimitBid') =>
  frame(nonce, 'NewOrder', id, { OrderType, Price: { aud, usd: aud * 0.7 }, Volume })
const heard = () => byHand(independentReserve.openDecoder({}))
const payloads = (facts: readonly MarketFact[]) => facts.map(({ payload }) => payload)
const at = (nonce: number) => ({ sequence: nonce, exchangeAt: (time + nonce) * 1_000 })
const quote = (bid: string, bidSize: string, ask: string, askSize: string, nonce: number) => ({
  ...{ kind: 'quote', instrument, bid, bidSize, ask, askSize },
  exchangeAt: (time + nonce) * 1_000,
})

describe('[MD-N10] Independent Reserve, order by order', () => {
  it('tells the snapshot, then each order as it comes, is executed and goes, and the best prices that they make', () => {
    const feed = heard()
    expect(payloads(feed.answer(url, snapshot([row('a', 99.5, 2), row('b', 99.5, 1.25)], [row('c', 101, 3)])))).toEqual(
      [
        {
          ...{ kind: 'snapshot', instrument, exchangeAt: time * 1_000 },
          bids: [
            ['a', '99.5', '2'],
            ['b', '99.5', '1.25'],
          ],
          asks: [['c', '101', '3']],
        },
        quote('99.5', '3.25', '101', '3', 0),
      ],
    )
    const order = { instrument, side: 'buy', price: '99.5' }
    expect(payloads(feed.frame(added(1, 'd', 99.5, 4)))).toEqual([
      { ...order, kind: 'added', orderId: 'd', size: '4', ...at(1) },
      quote('99.5', '7.25', '101', '3', 1),
    ])
    expect(payloads(feed.frame(frame(2, 'OrderChanged', 'a', { Volume: 0.5 })))).toEqual([
      { ...order, kind: 'executed', orderId: 'a', size: '0.5', ...at(2) },
      quote('99.5', '5.75', '101', '3', 2),
    ])
    expect(payloads(feed.frame(frame(3, 'OrderChanged', 'a', { Volume: 0 })))[0]).toMatchObject({
      kind: 'executed',
      size: '0',
    })
    expect(payloads(feed.frame(frame(4, 'OrderCanceled', 'b')))[0]).toEqual({
      ...{ ...order, kind: 'removed', orderId: 'b', size: '0' },
      ...at(4),
    })
    // Behind the best price nothing is quoted anew.
    expect(feed.frame(added(5, 'e', 90, 1))).toHaveLength(1)
    expect(feed.frame(frame(6, 'OrderCanceled', 'b'))).toEqual([])
  })

  it('what comes before the snapshot is told after it, but for what it holds already', () => {
    const feed = heard()
    for (const early of [added(1, 'abc1', 99, 1), added(2, 'abc2', 98, 1), frame(3, 'OrderCanceled', 'abc3')])
      expect(feed.frame(early)).toEqual([])
    const told = payloads(feed.answer(url, snapshot([row('abc2', 98, 1)], [row('c', 101, 3)])))
    expect(
      told.map((payload) => ('orderId' in payload ? payload.orderId : 'kind' in payload ? payload.kind : '')),
    ).toEqual(['snapshot', 'abc1', 'quote'])
    expect(feed.leftOut).toEqual([
      'new orders that are in the snapshot',
      'changes of orders that are no longer in the snapshot',
    ])
  })

  it('a nonce that is missing is a gap; one that was there is refused; a new connection begins anew', () => {
    const feed = heard()
    feed.answer(url, snapshot([row('a', 99, 2)], []))
    feed.frame(added(7, 'b', 98, 1))
    expect(feed.frame(added(10, 'c', 97, 1)).slice(0, 2)).toMatchObject([
      { topic: 'md.gap', payload: { stream: 'orders', fromSequence: 8, toSequence: 9, state: 'opened' } },
      { topic: 'md.gap', payload: { state: 'closed', how: 'lost' } },
    ])
    expect(feed.frame(added(10, 'd', 96, 1))).toMatchObject([{ payload: { state: 'refused', code: 'bad_frame' } }])
  })

  it('a trade is told with who took; what is no price in the currency is not of that book', () => {
    const feed = heard()
    const Data = { TradeGuid: '6d1c', Pair: 'eth-aud', Price: 3650.81, Volume: 0.543, Side: 'Sell' }
    expect(payloads(feed.frame({ Channel: 'ticker-eth-aud', Nonce: 1, Data, Time: time, Event: 'Trade' }))).toEqual([
      {
        ...{ kind: 'trade', instrument, price: '3650.81', size: '0.543', aggressor: 'sell', tradeId: '6d1c' },
        exchangeAt: time * 1_000,
      },
    ])
    feed.answer(url, snapshot([row('a', 99, 2)], []))
    expect(feed.frame(frame(1, 'NewOrder', 'e', { Price: { usd: 70 }, Volume: 1 }))).toEqual([])
  })

  it('whatever is wrong with a frame, it is refused whole, and the levels stay the sum of the orders', () => {
    const seed = Number(process.env.FUZZ_SEED ?? 20_261_126)
    const random = seedRandom(seed)
    const odd = [
      'null',
      '-1',
      '1e400',
      '"x"',
      '{}',
      '[]',
      '0',
      '99999999999999999999',
      '"LimitOffer"',
      '1e-70',
      '"NewOrder"',
      '{"aud":-5}',
      '{"aud":0}',
    ]
    let [refused, told] = [0, 0]
    for (let round = 0; round < 30; round++) {
      const feed = heard()
      const list = emptyList()
      const take = (facts: readonly MarketFact[]) => {
        for (const { topic, payload } of facts) {
          expect(
            catalogue[topic].schema.safeParse(payload).success,
            `FUZZ_SEED=${seed} ${JSON.stringify(payload)}`,
          ).toBe(true)
          if (topic === 'md.status') refused++
          if (topic === 'md.order') told++
          if (topic === 'md.order') fold(list, payload)
        }
        const newest = facts.findLast(({ topic, payload }) => topic === 'md.tick' && 'bid' in payload)?.payload
        if (newest !== undefined)
          expect(newest).toMatchObject({
            bid: bestBid(list.levels)?.[0] ?? null,
            askSize: bestAsk(list.levels)?.[1] ?? null,
          })
      }
      take(feed.answer(url, snapshot([row('a', 99, 2)], [row('c', 101, 3)])))
      for (let nonce = 1; nonce < 60; nonce++) {
        const id = 'abcdef'[drawBelow(random, 6)] as string
        const volume = drawBelow(random, 5) / 4
        const kinds = [
          added(nonce, id, 95 + drawBelow(random, 5), volume),
          added(nonce, id, 101 + drawBelow(random, 5), volume, 'LimitOffer'),
          frame(nonce, 'OrderChanged', id, { Volume: volume }),
          frame(nonce, 'OrderCanceled', id),
        ]
        let text = JSON.stringify(kinds[drawBelow(random, 4)])
        if (drawBelow(random, 4) === 0) {
          const values = [...text.matchAll(/:("[^"]*"|-?\d[\d.]*|\{"aud[^}]*\})/g)]
          const value = values[drawBelow(random, values.length)] as RegExpMatchArray
          const from = (value.index as number) + 1
          text =
            text.slice(0, from) + odd[drawBelow(random, odd.length)] + text.slice(from + (value[1] as string).length)
        }
        take(feed.frame(text))
      }
    }
    expect(Math.min(told, refused)).toBeGreaterThan(100)
  })
})

function fold(list: OrderList, told: PayloadOf<'md.order'>): void {
  if (told.kind === 'snapshot') {
    for (const id of [...list.orders.keys()]) setOrder(list, id, null)
    for (const side of ['buy', 'sell'] as const)
      for (const [id, price, size] of side === 'buy' ? told.bids : told.asks) setOrder(list, id, { side, price, size })
  } else
    setOrder(
      list,
      told.orderId,
      Number(told.size) === 0 ? null : { side: told.side, price: told.price, size: told.size },
    )
}

describeShared('[MD-N10] the recorded books of Independent Reserve', () => {
  const file = `${sharedDir}data/crypto-raw/cryptofeed-jsonl/INDEPENDENT_RESERVE.jsonl.gz`
  const { facts, leftOut } = ifShared(() => normalized('independent-reserve', file), {
    facts: [],
    leftOut: nothingLeftOut(),
  })
  const orders = facts.filter((fact): fact is MarketFact<'md.order'> => fact.topic === 'md.order')

  it('hold what cryptofeed counted in them, and nothing is refused or missing', () => {
    // cryptofeed tells the orders of before a snapshot that are in it once more: 1631 in all.
    const again = leftOut.rows['new orders that are in the snapshot'] ?? 0
    expect(orders.length + again).toBe(1_631)
    expect(orders.filter(({ payload }) => payload.kind === 'snapshot')).toHaveLength(5)
    expect(
      facts.filter(({ topic, payload }) => topic === 'md.gap' || ('code' in payload && payload.code === 'bad_frame')),
    ).toEqual([])
  })

  it('agree with the exchange: what it takes back is there, with its price and side, and no book is ever crossed', () => {
    const lists = new Map<string, OrderList>()
    let removed = 0
    for (const { payload } of orders) {
      const list = lists.get(payload.instrument) ?? emptyList()
      lists.set(payload.instrument, list)
      if (payload.kind === 'added') expect(list.orders.has(payload.orderId)).toBe(false)
      if (payload.kind === 'removed') {
        const { side, price } = payload
        expect(list.orders.get(payload.orderId)).toMatchObject({ side, price })
        removed++
      }
      fold(list, payload)
    }
    expect(removed).toBeGreaterThan(700)
    // What was not in a snapshot any more was of the seconds before it; after them no end is of an order that is not known.
    expect(leftOut.rows['changes of orders that are no longer in the snapshot']).toBe(37)
    for (const list of lists.values()) {
      expect(isCrossed(list.levels)).toBe(false)
      const sums = new Map<string, number>()
      for (const { side, price, size } of list.orders.values())
        sums.set(`${side} ${Number(price)}`, (sums.get(`${side} ${Number(price)}`) ?? 0) + Number(size))
      const { bids, asks } = topOf(list.levels, Number.POSITIVE_INFINITY)
      expect(bids.length + asks.length).toBe(sums.size)
      for (const [price, size] of bids) expect(Number(size)).toBeCloseTo(sums.get(`buy ${Number(price)}`) as number, 8)
      for (const [price, size] of asks) expect(Number(size)).toBeCloseTo(sums.get(`sell ${Number(price)}`) as number, 8)
    }
  })
})
