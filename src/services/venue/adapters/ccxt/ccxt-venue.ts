import { z } from 'zod'
import { compareExact, parseExact } from '#lib/bars/exact-decimal.ts'
import type { PayloadOf } from '#schemas/catalogue.ts'
import type { Credentials } from '../gateway/credentials.ts'
import type { Answer, OrderName, RealVenue, VenueOrder } from '../gateway/real-venue.ts'
import { namedSo, type RealVenueConfig, type VenueAddresses } from '../gateway/real-venue-config.ts'
import { notUnderstood, understood } from '../gateway/understood.ts'
import { learnTime } from '../gateway/venue-time.ts'
import { asking } from './ccxt-answer.ts'
import {
  balancesOfCcxt,
  CcxtBalances,
  CcxtOrder,
  CcxtTrade,
  paramsOfCcxt,
  termsOfCcxt,
  tradeOfCcxt,
  unfitForCcxt,
  viewOfCcxt,
} from './ccxt-order.ts'
import { CcxtRecord } from './ccxt-record.ts'
import { openCcxtStream } from './ccxt-stream.ts'
import { type CcxtTrader, hasWindow, idOf, marketsOf, openCcxt } from './open-ccxt.ts'

export type CcxtOptions = {
  readonly config: Pick<RealVenueConfig, 'exchange' | 'environment' | 'symbols' | 'timeoutMs'>
  readonly addresses: VenueAddresses
  readonly credentials: Credentials
  /** The machine's clock, as the gateway reads it. */
  readonly nowMs: () => number
}

const tradesMost = 1_000

/** The spot market of an exchange that ccxt trades at. Throws a UserError where an order could be lost or doubled there. */
export async function ccxtVenue({ config, addresses, credentials, nowMs }: CcxtOptions): Promise<RealVenue> {
  const exchange = await openCcxt(config, addresses, credentials)
  exchange.milliseconds = () => Math.round(nowMs())
  const symbolOf = (instrument: string) => config.symbols[instrument] ?? symbolIn(instrument, exchange)
  const instrumentOf = (symbol: string): string =>
    namedSo(config.symbols, symbol) ?? `${symbol.replace('/', '-')}.${exchange.id.toUpperCase()}`
  const symbolFor = (instrument: string) => symbolOf(instrument) ?? ''
  const askNow = asking(credentials, exchange)
  const ask = <T>(question: () => Promise<Answer<T>>, isOrder = false) =>
    askNow(async () => {
      await marketsOf(exchange)
      return question()
    }, isOrder)
  const record = new CcxtRecord(exchange)
  /** Submissions that ccxt has yet to come back from: it may not have sent them. */
  const underWay = new Set<string>()

  const find = (order: OrderName): Promise<Answer<VenueOrder>> =>
    ask(async () => {
      const { instrument, venueClientId, venueOrderId } = order
      if (!hasWindow(exchange) && underWay.has(venueClientId))
        return { kind: 'nothing', reason: 'its submission is under way', waitMs: 100 }
      const told = await exchange.fetchOrder(venueOrderId ?? undefined, symbolFor(instrument), nameOf(order))
      const answer = understood(told, CcxtOrder, (view) => view)
      if (answer.kind !== 'done') return answer
      // Who overlooks what it is asked by would answer with any order.
      if (venueOrderId === null && answer.value.clientOrderId !== venueClientId) return notUnderstood('another order')
      return done(viewOfCcxt(answer.value, venueClientId))
    })
  const clock = {
    // Without its listings: how long that takes is measured.
    time: () => askNow(async () => understood(await exchange.fetchTime(), z.int(), (ms) => ms)),
    setClock: (offsetMs: number) => {
      // What ccxt takes from that clock to have the exchange's.
      exchange.options.timeDifference = -offsetMs
    },
  }
  return {
    name: `ccxt-${exchange.id}`,
    holds: 'assets',
    hasWindow: hasWindow(exchange),
    amend: null,
    settlements: null,
    payments: null,
    forgets: null,
    instrumentOf: (id) => {
      const market = Object.values(exchange.markets ?? {}).find((one) => one.id === id)
      return market === undefined ? null : instrumentOf(market.symbol)
    },
    unfit: (order) =>
      symbolOf(order.instrument) === null
        ? { code: 'INSTRUMENT_UNKNOWN', reason: `venue.symbols does not say what it is called at ${exchange.id}` }
        : unfitForCcxt(order, exchange),
    ...clock,
    assets: (instrument) =>
      ask(async () => {
        const market = (await marketsOf(exchange))[symbolFor(instrument)]
        return market?.spot === true ? done({ base: market.base, quote: market.quote }) : { kind: 'absent' }
      }),
    place: (order, venueClientId, timestampMs, windowMs) =>
      ask(async () => {
        underWay.add(venueClientId)
        try {
          return await placed(exchange, order, symbolFor(order.instrument), venueClientId, { timestampMs, windowMs })
        } finally {
          underWay.delete(venueClientId)
        }
      }, true).then((answer) =>
        answer.kind === 'absent' ? notUnderstood('a submission of which there is no order') : answer,
      ),
    cancel: async (order) => {
      const answer = await ask(async () => {
        await exchange.cancelOrder(order.venueOrderId ?? undefined, symbolFor(order.instrument), nameOf(order))
        return done(null)
      })
      // What is left of it is not told everywhere.
      return answer.kind === 'done' ? find(order) : answer
    },
    find,
    trades: ({ instrument }, venueOrderId) =>
      ask(async () => {
        const told = await exchange.fetchOrderTrades(venueOrderId, symbolFor(instrument), undefined, tradesMost)
        return understood(told, z.array(CcxtTrade), (trades) => trades.map(tradeOfCcxt))
      }),
    history: {
      partOf: symbolOf,
      trades: (sinceMs, symbol) =>
        ask(async () => (exchange.markets?.[symbol]?.spot === true ? record.trades(symbol, sinceMs) : done([]))),
      clientIdOf: ({ symbol, venueOrderId }) =>
        ask(async () =>
          understood(await exchange.fetchOrder(venueOrderId, symbol), CcxtOrder, (order) => order.clientOrderId ?? ''),
        ),
    },
    openOrders: () =>
      ask(async () =>
        understood(await exchange.fetchOpenOrders(), z.array(CcxtOrder), (all) =>
          all.map((order) => ({
            ...viewOfCcxt(order),
            symbol: idOf(exchange, order.symbol),
            terms: termsOfCcxt(order),
          })),
        ),
      ),
    cancelExternal: ({ symbol, venueOrderId }) =>
      ask(async () => done(await exchange.cancelOrder(venueOrderId, symbol))),
    balances: () => ask(async () => understood(await exchange.fetchBalance(), CcxtBalances, balancesOfCcxt)),
    stream: (hooks) => openCcxtStream(exchange, { ask, learnTime: () => learnTime(clock, nowMs) }, hooks),
  }
}

/** `BTC-USDT.KRAKEN` is `BTC/USDT` at kraken. */
function symbolIn(instrument: string, { id }: CcxtTrader): string | null {
  const [, base, quote, venue] = /^([A-Z0-9]{1,20})-([A-Z0-9]{1,20})\.([A-Z0-9]+)$/.exec(instrument) ?? []
  return venue === id.toUpperCase() ? `${base}/${quote}` : null
}

async function placed(
  exchange: CcxtTrader,
  order: PayloadOf<'order.submitted'>,
  symbol: string,
  venueClientId: string,
  times: { readonly timestampMs: number; readonly windowMs: number },
): Promise<Answer<VenueOrder>> {
  const { orderType, side, quantity, limitPrice } = order
  const price = orderType === 'limit' ? (limitPrice as string) : undefined
  // ccxt rounds what is not in steps: that would be another order than the one that was approved.
  if (!isSame(quantity, exchange.amountToPrecision(symbol, quantity)))
    return { kind: 'refused', code: 'QUANTITY_INVALID', reason: `${quantity} is not in whole steps of ${symbol}` }
  if (price !== undefined && !isSame(price, exchange.priceToPrecision(symbol, price)))
    return { kind: 'refused', code: 'PRICE_INVALID', reason: `${price} is off the grid of ${symbol}` }
  const params = paramsOfCcxt(order, venueClientId, exchange, times)
  return understood(await exchange.createOrder(symbol, orderType, side, quantity, price, params), CcxtOrder, (told) =>
    viewOfCcxt(told, venueClientId),
  )
}

const done = <T>(value: T): Answer<T> => ({ kind: 'done', value })

/** Its own id where it is known, else ours. */
const nameOf = ({ venueClientId, venueOrderId }: OrderName): object =>
  venueOrderId === null ? { clientOrderId: venueClientId } : {}

const isSame = (a: string, b: string): boolean => compareExact(parseExact(a), parseExact(b)) === 0
