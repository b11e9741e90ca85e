import fc from 'fast-check'
import type { PayloadOf } from '#schemas/catalogue.ts'
import { event, type Told } from '#test/given.ts'

/** An instrument of the tests: how it is listed, and the prices that it moves among, decimal texts that multiply and divide without a rest. */
export type Made = {
  readonly listing: PayloadOf<'md.instrument'>
  readonly prices: readonly string[]
  readonly quote: (n: number, wide: number, size: number) => Told
}

const cents = (from: number, step: number, many: number): string[] =>
  Array.from({ length: many }, (_, n) => ((from + n * step) / 100).toFixed(2))

const steps = { tickSize: '0.01', lotSize: '1', multiplier: '1', isSimulated: true } as const
const sides = (bid: string, ask: string, size: number) => ({ bid, bidSize: String(size), ask, askSize: String(size) })

const share = (instrument: string, currency: string): Made => {
  const prices = cents(9_900, 5, 40)
  return {
    listing: { instrument, kind: 'equity', currency, ...steps },
    prices,
    quote: (n, wide, size) => {
      const bid = prices[n % 40] as string
      return event('md.tick', { kind: 'quote', instrument, ...sides(bid, (Number(bid) + wide / 100).toFixed(2), size) })
    },
  }
}

const option = (
  instrument: string,
  more: object,
  [from, digits]: readonly [number, number],
  underlyingPrice?: string,
): Made => {
  const prices = Array.from({ length: 20 }, (_, n) => (from * (1 + n / 20)).toFixed(digits))
  const told = underlyingPrice === undefined ? {} : { underlyingPrice }
  const listed = { instrument, kind: 'option', expiry: '2030-01-18', ...steps, ...more } as PayloadOf<'md.instrument'>
  return {
    listing: listed,
    prices,
    quote: (n, wide, size) => {
      const bid = prices[n % 20] as string
      const ask = (Number(bid) + wide * Number(listed.tickSize)).toFixed(digits)
      return event('md.option.tick', { instrument, ...sides(bid, ask, size), ...told })
    },
  }
}

/** Prices that 10 can be divided by, and quotes whose bid, middle and bid less 600 are such. */
const coinPrices = ['800', '1000', '1250', '1600', '2000', '2500']
const coinQuotes = [
  ['800', '1200'],
  ['1000', '1500'],
  ['1600', '2400'],
  ['800', '2400'],
] as const
const perpetual: Made = {
  listing: {
    instrument: 'BTC-PERPETUAL.DERIBIT',
    kind: 'perpetual',
    currency: 'BTC',
    isInverse: true,
    ...steps,
    tickSize: '1',
    multiplier: '10',
  },
  prices: coinPrices,
  quote: (n, _, size) => {
    const [bid, ask] = coinQuotes[n % coinQuotes.length] as readonly [string, string]
    return event('md.tick', { kind: 'quote', instrument: 'BTC-PERPETUAL.DERIBIT', ...sides(bid, ask, size) })
  },
}

export const spy = 'SPY.USA'
const onSpy = { currency: 'USD', underlying: spy, strike: '100', multiplier: '10' }
const onCoin = { currency: 'BTC', underlying: 'BTC_USD.DERIBIT', isInverse: true, tickSize: '0.0001' }

/** Shares in three currencies, options on one of them, what is inverse, and what is quoted in coins. */
export const instruments: readonly Made[] = [
  share(spy, 'USD'),
  share('SAP.XETR', 'EUR'),
  share('TOYOTA.TSE', 'JPY'),
  option('SPY-100-C.USA', { ...onSpy, right: 'call' }, [2, 2]),
  option('SPY-100-P.USA', { ...onSpy, right: 'put' }, [2, 2]),
  perpetual,
  option('BTC-1050-C.DERIBIT', { ...onCoin, strike: '1050', right: 'call' }, [0.02, 4], '1000'),
  option('BTC-950-P.DERIBIT', { ...onCoin, strike: '950', right: 'put' }, [0.02, 4], '1000'),
]

/** What converts to the account's currency: whole numbers, the other way round where the mark is inverse. */
export const conversions = {
  EUR: { instrument: 'EURUSD.X' },
  JPY: { instrument: 'USDJPY.X', isInverse: true },
  BTC: { instrument: 'BTCUSD.X' },
}
const rates: Readonly<Record<string, readonly string[]>> = {
  'EURUSD.X': ['1', '2', '3'],
  'USDJPY.X': ['1', '0.5', '0.25', '0.2'],
  'BTCUSD.X': ['900', '1000', '1100'],
}
export const mark = (instrument: string, nth: number): Told => {
  const all = rates[instrument] as readonly string[]
  return event('md.tick', {
    kind: 'trade',
    instrument,
    price: all[nth % all.length] as string,
    size: '1',
    aggressor: 'buy',
  })
}
export const marks = Object.keys(rates)

const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined, freq: 3 })
const oneOf = (...all: readonly string[]) => maybe(fc.constantFrom(...all))
const some = (...all: readonly number[]) => maybe(fc.constantFrom(...all))

/** Limits of every kind, some of them so tight that they are met. */
const limits = fc.record({
  maxPosition: oneOf('12', '30'),
  minOrderQuantity: oneOf('2', '3'),
  maxOrderQuantity: oneOf('12', '18'),
  minOrderNotional: oneOf('5', '150'),
  maxOrderNotional: oneOf('1500', '3000'),
  maxInstrumentExposure: oneOf('2000', '4000'),
  maxStrategyExposure: oneOf('3000', '6000'),
  maxGrossExposure: oneOf('5000', '10000'),
  maxNetExposure: oneOf('2500', '5000'),
  priceCollar: some(0.005, 0.3),
  maxPriceAgeMs: some(200, 2_000),
  maxIntentAgeMs: some(500, 1_000),
  maxOrdersPerMinute: some(4, 15),
  maxStrategyOrdersPerMinute: some(3, 8),
  maxCancelsPerMinute: some(1, 4),
  maxWorkingOrders: some(2, 5),
  maxDrawdown: some(0.01, 0.1),
  maxDailyLoss: oneOf('50', '500'),
  maxStrategyDailyLoss: oneOf('30', '200'),
  maxStrategyDrawdown: oneOf('30', '200'),
  maxConsecutiveLosses: some(1, 2),
  cooldownMs: some(500, 5_000),
})

const margin = {
  kind: 'margin' as const,
  rates: { initial: 0.5, maintenance: 0.25 },
  byKind: { perpetual: { initial: 0.1, maintenance: 0.05 } },
}

export const configs = fc.record({
  currency: fc.constant('USD'),
  conversions: fc.constant(conversions),
  startingCash: fc.constantFrom('3000', '6000', '50000'),
  approvalTtlMs: fc.constant(60_000),
  whenHalted: fc.constantFrom('reduce', 'reduce', 'refuse', 'flatten'),
  selfTrade: fc.constantFrom('refuse', 'allow'),
  sharedExits: fc.constantFrom('refuse', 'allow', undefined, undefined),
  limits,
  margin: fc.constantFrom(undefined, margin, margin, { kind: 'cash' as const }),
  feeBound: fc.constantFrom(undefined, { bps: 2, perUnit: '0.01' }),
  instruments: fc.constantFrom({}, {}, { 'SAP.XETR': { maxPosition: '5' }, 'TOYOTA.TSE': { isTradable: false } }),
  strategies: fc.constantFrom(
    {},
    {},
    {},
    {},
    { c: { isReduceOnly: true }, b: { maxStrategyExposure: '1000', cooldownMs: 900 } },
  ),
})
