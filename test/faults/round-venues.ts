import type { PayloadOf, Topic } from '#schemas/catalogue.ts'
import type { Fact } from '#schemas/event.ts'
import { serveBinance } from '#services/venue/adapters/binance/serve-binance.ts'
import { binanceSpot } from '#services/venue/adapters/binance-spot/binance-spot.ts'
import { binanceUsdm } from '#services/venue/adapters/binance-usdm/binance-usdm.ts'
import { deribit } from '#services/venue/adapters/deribit/deribit.ts'
import { Credentials } from '#services/venue/adapters/gateway/credentials.ts'
import type { RealVenue } from '#services/venue/adapters/gateway/real-venue.ts'
import { VenueConfig } from '#services/venue/service.ts'
import { boxName, deribitBox } from '#test/services/venue/adapters/deribit-box.ts'
import { spotAdapters } from '#test/services/venue/adapters/spot-adapters.ts'
import { algoBooks } from '#test/services/venue/adapters/usdm-algos.ts'
import { usdmBox } from '#test/services/venue/adapters/usdm-box.ts'
import { type badLine, lateOrders } from './bad-line.ts'
import { below, type Chance, isLikely, pick } from './chance.ts'

export type Line = Awaited<ReturnType<typeof badLine>>
export type RoundSettings = {
  readonly symbols: Record<string, string>
  readonly timeoutMs: number
}

/** Of a round: all arrives, requests and connections are lost, or submissions alone are lost and late. */
export type Weather = 'calm' | 'bad' | 'late'
export const timeoutMs = { calm: 400, bad: 400, late: 150 } as const

/** A venue whose market moves, with books of its own. */
export type RoundVenue = {
  readonly url: string
  readonly instrument: string
  /** Cents. */
  readonly price: () => number
  readonly quantity: (chance: Chance) => string
  readonly move: () => void
  /** Somebody else sends an order: one that takes what is shown now, or a limit order that takes some of it and rests. */
  readonly other: (order: { readonly side: 'buy' | 'sell'; readonly isAtOnce: boolean }) => void
  /** The market comes to the orders of others. */
  readonly fillOthers: () => void
  /** Others cancel what they have at work. */
  readonly endOthers: () => void
  /** Before an order is sent: it, or its answer, may be lost on a way that the line does not have. */
  readonly beforeOrder: (weather: Weather) => void
  readonly connect: (line: Line, settings: RoundSettings) => RealVenue | Promise<RealVenue>
  readonly books: () => RoundBooks
  readonly close: () => Promise<void>
  /** Orders that wait for a price, and entries with exits, are sent to it as well. */
  readonly keepsExits?: true
}
export type RoundBooks = {
  readonly orders: readonly {
    readonly clientOrderId: string
    readonly status: string
    readonly trades: readonly { readonly id: string | number; readonly quantity: string; readonly price: string }[]
  }[]
  /** Parts of one sum each: what the orders have changed. */
  readonly position: readonly string[]
  readonly cash: readonly string[]
}
export type RoundVenueKind = keyof typeof roundVenues

const key = { apiKey: 'k'.repeat(64), secret: 's'.repeat(64) }
const credentials = () => new Credentials(key.apiKey, key.secret)
const nowMs = Date.now
const text = (cents: number) => (cents / 100).toFixed(2)
const minus = (amount: string) => (amount.startsWith('-') ? amount.slice(1) : `-${amount}`)

/** The simulated venue over the protocol of Spot. */
async function spot(chance: Chance): Promise<RoundVenue> {
  const first = { USDT: '1000000', BTC: '100' }
  const instrument = 'BTCUSDT.BINANCE'
  const config = VenueConfig.parse({ fill: 'touch', currency: 'USDT', fees: { takerBps: 10, makerBps: 5 } })
  const server = await serveBinance({ port: 0, key, config, balances: first, nowMs, limits: [] })
  let [n, price] = [0, 10_000]
  const tell = <T extends Topic>(topic: T, payload: PayloadOf<T>) =>
    server.hear({ topic, payload, at: Date.now() * 1_000, epoch: 1, n: n++ } as unknown as Fact)
  const listing = { tickSize: '0.01', lotSize: '0.001', multiplier: '1', currency: 'USDT', isSimulated: true }
  tell('md.instrument', { instrument, kind: 'spot', ...listing } as PayloadOf<'md.instrument'>)
  const quote = (bid: number, ask: number, bidSize: string, askSize: string) => {
    const sides = { bid: text(bid), ask: text(ask), bidSize, askSize }
    tell('md.tick', { kind: 'quote', instrument, ...sides } as PayloadOf<'md.tick'>)
  }
  let others = 0
  const theirs = () => server.venue.openOrders().filter(({ clientOrderId }) => clientOrderId.startsWith('other-'))
  const move = () => {
    price += below(chance, 21) - 10
    quote(price - 1, price + 1, `0.00${1 + below(chance, 9)}`, `0.00${1 + below(chance, 9)}`)
  }
  move()
  const free = (asset: string) => {
    const { units, scale } = server.venue.wallet.free(asset)
    const digits = String(units).padStart(scale + 1, '0')
    return scale === 0 ? digits : `${digits.slice(0, -scale)}.${digits.slice(-scale)}`
  }
  return {
    url: server.url,
    instrument,
    price: () => price,
    quantity: (by) => `0.0${10 + below(by, 20)}`,
    move,
    other: ({ side, isAtOnce }) => {
      const limit = side === 'buy' ? price + 1 : price - 1
      server.venue.place({
        symbol: server.venue.symbols.get('BTCUSDT') as never,
        side: side === 'buy' ? 'BUY' : 'SELL',
        type: 'LIMIT',
        timeInForce: isAtOnce ? 'IOC' : 'GTC',
        quantity: '0.004',
        price: text(isAtOnce ? limit : limit + (side === 'buy' ? -1 : 1)),
        stopPrice: null,
        clientOrderId: `other-${++others}`,
      })
    },
    fillOthers: () => {
      for (const order of theirs()) {
        const cents = Math.round(Number(order.request.price) * 100)
        const [bid, ask] = order.request.side === 'BUY' ? [cents - 2, cents] : [cents, cents + 2]
        quote(bid, ask, '1', '1')
      }
    },
    endOthers: () => {
      for (const order of theirs()) server.venue.cancel(order)
    },
    beforeOrder: () => undefined,
    connect: ({ restUrl, wsUrl }, settings) =>
      binanceSpot({
        config: settings,
        addresses: { restUrl, wsUrl },
        credentials: credentials(),
        nowMs,
        weightPerMinute: 1_000_000,
      }),
    books: () => ({
      orders: [...server.venue.orders.values()],
      position: [free('BTC'), minus(first.BTC)],
      cash: [free('USDT'), minus(first.USDT)],
    }),
    close: () => server.close(),
  }
}

/** The same, traded at through ccxt. */
const throughCcxt = async (chance: Chance): Promise<RoundVenue> => ({
  ...(await spot(chance)),
  connect: ({ restUrl, wsUrl }, { timeoutMs }) => spotAdapters.ccxt({ restUrl, wsUrl, timeoutMs }),
})

async function usdm(chance: Chance): Promise<RoundVenue> {
  const box = await usdmBox(key)
  box.algos.triggerMs = pick(chance, [0, 0, 5, 80] as const)
  box.algos.lateMs = pick(chance, [0, 0, 200] as const)
  return {
    ...boxed(chance, box),
    keepsExits: true,
    url: box.url,
    instrument: 'BTCUSDT-PERP.BINANCE',
    connect: ({ restUrl, wsUrl }, config) => {
      const addresses = { restUrl, wsUrl: `${new URL(wsUrl).origin}/private/ws` }
      const own = { credentials: credentials(), nowMs, weightPerMinute: 1_000_000, algoLateMs: 250 }
      return binanceUsdm({ config, addresses, ...own })
    },
    // What an algo order became is that order.
    books: () => {
      const children = new Set(box.algos.algos.map(({ child }) => child))
      const orders = [...box.book.orders.filter((order) => !children.has(order)), ...algoBooks(box.algos)]
      return { ...booksOf(box), orders: ordersOf(orders, '', {}) }
    },
  }
}

/** All is on one connection, which the line cuts: what is lost besides, the box loses. */
async function deribits(chance: Chance): Promise<RoundVenue> {
  const box = await deribitBox(key)
  const market = boxed(chance, box)
  const triggerBy = pick(chance, ['mark', 'last', 'index'] as const)
  return {
    ...market,
    keepsExits: true,
    move: () => {
      market.move()
      box.trade(market.price(), 1, true)
    },
    url: box.restUrl,
    instrument: `${boxName}.DERIBIT`,
    beforeOrder: (weather) => {
      if (weather === 'bad' && isLikely(chance, 0.25)) box.lose(pick(chance, ['asked', 'answer'] as const))
      if (weather !== 'late') return
      const { lostAsked, late, lateMs } = lateOrders
      const what = chance()
      if (what < lostAsked) box.lose('asked')
      // Behind the time in which an answer is waited for.
      else if (what < lostAsked + late) box.lose('late', timeoutMs.late + below(chance, lateMs - timeoutMs.late))
    },
    connect: ({ wsUrl }, config) => {
      const addresses = { wsUrl: `${new URL(wsUrl).origin}/ws/api/v2` }
      return deribit({ config: { ...config, triggerBy }, addresses, credentials: credentials(), nowMs })
    },
    // What is immediate is cancelled there.
    books: () => ({ ...booksOf(box), orders: ordersOf(box.orders(), 'USDC-', { EXPIRED: 'CANCELED' }) }),
  }
}

type Box = Pick<Awaited<ReturnType<typeof usdmBox>>, 'quote' | 'book' | 'close'>

function boxed(chance: Chance, box: Box) {
  let [price, others] = [10_000, 0]
  const theirs = () =>
    box.book.orders.filter(
      ({ clientOrderId, status }) =>
        clientOrderId.startsWith('other-') && (status === 'NEW' || status === 'PARTIALLY_FILLED'),
    )
  const move = () => {
    price += below(chance, 21) - 10
    box.quote(price - 1, price + 1, 20 + below(chance, 200), 20 + below(chance, 200))
  }
  move()
  return {
    price: () => price,
    quantity: (by: Chance) => (0.06 + below(by, 100) / 1_000).toFixed(3),
    move,
    other: ({ side, isAtOnce }: { readonly side: 'buy' | 'sell'; readonly isAtOnce: boolean }): void => {
      const limit = (side === 'buy' ? price + 1 : price - 1) + (isAtOnce ? 0 : side === 'buy' ? -1 : 1)
      box.book.place({
        newClientOrderId: `other-${++others}`,
        side: side === 'buy' ? 'BUY' : 'SELL',
        type: 'LIMIT',
        quantity: '0.060',
        price: text(limit),
        timeInForce: isAtOnce ? 'IOC' : 'GTC',
        reduceOnly: 'false',
      })
    },
    fillOthers: (): void => {
      for (const { cents, sign } of theirs())
        box.quote(sign > 0 ? cents - 2 : cents, sign > 0 ? cents : cents + 2, 1_000, 1_000)
    },
    endOthers: (): void => {
      for (const order of theirs()) box.book.end(order, 'CANCELED')
    },
    beforeOrder: (_: Weather): void => {
      // The line loses what it loses.
    },
    close: box.close,
  }
}

const booksOf = ({ book }: Box) => ({ position: [book.position], cash: [book.cash] })

const ordersOf = (
  orders: readonly Pick<Box['book']['orders'][number], 'clientOrderId' | 'status' | 'trades'>[],
  prefix: string,
  words: Readonly<Record<string, string>>,
): RoundBooks['orders'] =>
  orders.map(({ clientOrderId, status, trades }) => ({
    clientOrderId,
    status: words[status] ?? status,
    trades: trades.map(({ id, qty, price }) => ({ id: `${prefix}${id}`, quantity: qty, price })),
  }))

export const roundVenues = { binance: spot, ccxt: throughCcxt, 'binance-usdm': usdm, deribit: deribits } as const
