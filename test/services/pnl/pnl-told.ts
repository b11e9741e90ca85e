import type { PayloadOf } from '#schemas/catalogue.ts'
import { event } from '#test/given.ts'

export const spy = 'SPY.USA'
export const future = 'ES.CME'
export const account = { currency: 'USD', startingCash: '1000' }

export const listed = (instrument: string, more: Partial<PayloadOf<'md.instrument'>> = {}) =>
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

export const bar = (instrument: string, close: string) =>
  event('md.bar', {
    instrument,
    interval: '1d',
    start: 0,
    end: 1,
    open: close,
    high: close,
    low: close,
    close,
    volume: '1',
  })

export const quote = (instrument: string, bid: string | null, ask: string | null) =>
  event('md.tick', { kind: 'quote', instrument, bid, bidSize: bid && '1', ask, askSize: ask && '1' })

let trades = 0
export const fill = (
  side: 'buy' | 'sell',
  quantity: string,
  price: string,
  more: Partial<PayloadOf<'order.fill'>> = {},
) =>
  event('order.fill', {
    clientOrderId: `x-${++trades}`,
    venueOrderId: `v-${trades}`,
    tradeId: `t-${trades}`,
    strategy: 'cross',
    instrument: spy,
    side,
    price,
    quantity,
    leavesQuantity: '0',
    fee: '0',
    currency: 'USD',
    liquidity: 'taker',
    filledAt: 0,
    ...more,
  })

export const submitted = (clientOrderId: string, side: 'buy' | 'sell', quantity: string) =>
  event('order.submitted', {
    clientOrderId,
    approval: 'risk:1.0',
    strategy: 'cross',
    instrument: spy,
    side,
    orderType: 'market',
    quantity,
    timeInForce: 'GTC',
    expiresAt: 1,
  })

export const paid = (amount: string, more: Partial<PayloadOf<'venue.paid'>> = {}) =>
  event('venue.paid', {
    ...{ strategy: 'cross', instrument: spy, why: 'funding', amount, currency: 'USD', position: '4', paidAt: 0 },
    ...more,
  })

export const time = (now = 0) => event('system.time', { now })

export const update = (more: Partial<PayloadOf<'pnl.update'>>) =>
  ({
    topic: 'pnl.update',
    payload: {
      strategy: 'cross',
      instrument: spy,
      currency: 'USD',
      averagePrice: null,
      position: '0',
      mark: '100',
      realized: '0',
      unrealized: '0',
      fees: '0',
      ...more,
    },
  }) as const

type Totals = {
  readonly realized?: string
  readonly unrealized?: string
  readonly fees?: string
  readonly paid?: string
}
const noTotals = { realized: '0', unrealized: '0', fees: '0' }

export const snapshot = (
  equity: string,
  peakEquity: string,
  grossExposure: string,
  totals: Totals = {},
  strategies: readonly ({ readonly strategy: string } & Totals)[] = [],
) =>
  ({
    topic: 'pnl.snapshot',
    payload: {
      currency: 'USD',
      equity,
      peakEquity,
      grossExposure,
      ...noTotals,
      ...totals,
      strategies: strategies.map((own) => ({ ...noTotals, ...own })),
    },
  }) as const
