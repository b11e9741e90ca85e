import type { PayloadOf } from '#schemas/catalogue.ts'
import { event } from '#test/given.ts'

export const spy = 'SPY.USA'
export const call = 'SPY-20260116-500-C.USA'
export const minute = 60_000_000
export const day = 86_400_000_000

export const config = (fill: string, more: object = {}) => ({ fill, currency: 'USD', ...more })

export const listed = (instrument = spy, more: Partial<PayloadOf<'md.instrument'>> = {}) =>
  event('md.instrument', {
    instrument,
    kind: 'equity',
    tickSize: '0.01',
    lotSize: '1',
    multiplier: '1',
    currency: 'USD',
    isSimulated: true,
    ...more,
  })

export const listedCall = listed(call, { kind: 'option', multiplier: '100' })

type Prices = readonly [open: string, high: string, low: string, close: string]

/** The n-th minute's bar (or the n-th of another width), told at its end. */
export const bar = (
  n: number,
  [open, high, low, close]: Prices,
  more: Partial<PayloadOf<'md.bar'>> = {},
  width = minute,
) =>
  event(
    'md.bar',
    {
      instrument: spy,
      interval: '1m',
      start: n * width,
      end: (n + 1) * width,
      open,
      high,
      low,
      close,
      volume: '1',
      ...more,
    },
    (more.end ?? (n + 1) * width) as number,
  )

/** `"99.5 x 3"`: a price with its displayed size; without one it is not stated; null is no side. */
export const quote = (bid: string | null, ask: string | null, at?: number, instrument = spy) => {
  const [bidPrice = null, bidSize = null] = bid?.split(' x ') ?? []
  const [askPrice = null, askSize = null] = ask?.split(' x ') ?? []
  const sides = { instrument, bid: bidPrice, bidSize, ask: askPrice, askSize }
  return instrument === spy ? event('md.tick', { kind: 'quote', ...sides }, at) : event('md.option.tick', sides, at)
}

export const status = (state: PayloadOf<'md.status'>['state'], feed = 'file') =>
  event('md.status', { feed, state, isSimulated: true })

export const order = (
  clientOrderId: string,
  side: 'buy' | 'sell',
  quantity: string,
  more: Partial<PayloadOf<'order.submitted'>> = {},
  at?: number,
) =>
  event(
    'order.submitted',
    {
      clientOrderId,
      approval: 'risk:1.0',
      strategy: 'cross',
      instrument: spy,
      side,
      orderType: more.limitPrice === undefined ? 'market' : 'limit',
      quantity,
      timeInForce: 'GTC',
      expiresAt: Number.MAX_SAFE_INTEGER,
      ...more,
    },
    at,
  )

export const cancel = (clientOrderId: string, at?: number) =>
  event('order.cancel_requested', { clientOrderId, instrument: spy, reason: 'superseded' }, at)

export const accepted = (clientOrderId: string, n = 1, instrument = spy) =>
  ({ topic: 'order.accepted', payload: { clientOrderId, venueOrderId: `sim-${n}`, instrument } }) as const

export const rejected = (clientOrderId: string, code: PayloadOf<'order.rejected'>['code'], instrument = spy) =>
  ({ topic: 'order.rejected', payload: { clientOrderId, instrument, code } }) as const

type Fill = PayloadOf<'order.fill'>

/** The fill of a taker that leaves nothing and costs nothing, unless stated. */
export const filled = (
  clientOrderId: string,
  side: 'buy' | 'sell',
  quantity: string,
  price: string,
  filledAt: number,
  more: Partial<Fill> = {},
) => {
  const venueOrderId = more.venueOrderId ?? 'sim-1'
  const payload: Fill = {
    clientOrderId,
    venueOrderId,
    tradeId: `${venueOrderId}-1`,
    strategy: 'cross',
    instrument: spy,
    side,
    price,
    quantity,
    leavesQuantity: '0',
    fee: '0',
    currency: 'USD',
    liquidity: 'taker',
    filledAt,
    ...more,
  }
  return { topic: 'order.fill', payload } as const
}

export const ended = (
  how: 'order.canceled' | 'order.expired',
  clientOrderId: string,
  leavesQuantity: string,
  reason: string,
  instrument = spy,
) => ({ topic: how, payload: { clientOrderId, instrument, leavesQuantity, reason } }) as const
