import type { PayloadOf } from '#schemas/catalogue.ts'
import type { Statement } from '#schemas/event.ts'
import { event, type Told } from '#test/given.ts'

export const btc = 'BTCUSDT.BINANCE'
export const eth = 'ETHUSDT.BINANCE'
export const goog = 'GOOG.USA'
export const day = 86_400_000_000
/** 2016-06-15T12:00:00Z */
export const noon = 16_967 * day + day / 2

export const config = {
  mappings: [
    { strategy: 'ema-cross', role: 'main', to: { kind: 'instrument', instrument: btc } },
    { strategy: 'ema-cross', role: 'side', to: { kind: 'instrument', instrument: eth } },
    { strategy: 'swing', role: 'main', to: { kind: 'option', underlying: goog } },
    { strategy: 'swing', role: 'far', to: { kind: 'option', underlying: goog, minDaysToExpiry: 2 } },
  ],
}

export const listed = (instrument: string, more: Partial<PayloadOf<'md.instrument'>> = {}): Told =>
  event('md.instrument', {
    instrument,
    kind: 'spot',
    tickSize: '0.01',
    lotSize: '0.001',
    multiplier: '1',
    currency: 'USDT',
    isSimulated: false,
    ...more,
  })

export const option = (
  expiry: string,
  strike: string,
  right: 'call' | 'put',
  more: Partial<PayloadOf<'md.instrument'>> = {},
) =>
  listed(optionId(expiry, strike, right), {
    kind: 'option',
    tickSize: '0.05',
    lotSize: '1',
    multiplier: '100',
    underlying: goog,
    expiry,
    strike,
    right,
    ...more,
  })
export const optionId = (expiry: string, strike: string, right: 'call' | 'put') =>
  `GOOG-${expiry.replaceAll('-', '')}-${strike.replace('.', '_')}-${right === 'call' ? 'C' : 'P'}.USA`

export const bar = (instrument: string, close: string, at = noon) =>
  event(
    'md.bar',
    { instrument, interval: '1m', start: 0, end: 60, open: close, high: close, low: close, close, volume: '1' },
    at,
  )
export const trade = (instrument: string, price: string) =>
  event('md.tick', { kind: 'trade', instrument, price, size: '1' })
export const quote = (instrument: string, bid: string | null, ask: string | null) =>
  event('md.tick', { kind: 'quote', instrument, bid, bidSize: bid && '1', ask, askSize: ask && '1' })
export const optionTick = (instrument: string, bid: string | null, ask: string | null, more: object = {}) =>
  event('md.option.tick', { instrument, bid, bidSize: bid && '1', ask, askSize: ask && '1', ...more })

export const intent = (
  target: 'long' | 'short' | 'flat',
  more: Partial<PayloadOf<'strategy.intent'>> = {},
  at = noon,
): Told => ({
  ...event(
    'strategy.intent',
    {
      strategy: 'ema-cross',
      hash: '0'.repeat(64),
      role: 'main',
      target,
      ...(target === 'flat' ? {} : { size: { kind: 'quantity', quantity: '1' } }),
      reason: 'because',
      ...more,
    },
    at,
  ),
  id: 'strategy:77.0',
})
export const swing = (target: 'long' | 'short' | 'flat', more: Partial<PayloadOf<'strategy.intent'>> = {}, at = noon) =>
  intent(target, { strategy: 'swing', ...more }, at)

const named = { intent: 'strategy:77.0', strategy: 'ema-cross', role: 'main' }

export const resolved = (instrument: string, target: string, referencePrice: string, more: object = {}) =>
  ({
    topic: 'instrument.resolved',
    payload: { ...named, instrument, target, orderType: 'market', referencePrice, ...more },
  }) as Statement
export const refused = (code: PayloadOf<'instrument.rejected'>['code'], more: object = {}) =>
  ({ topic: 'instrument.rejected', payload: { ...named, code, ...more } }) as Statement

/** What the strategy has in an instrument from here on. */
export const position = (strategy: string, instrument: string, held: string) =>
  event('pnl.update', {
    ...{ strategy, instrument, currency: 'USD', position: held, averagePrice: held === '0' ? null : '2', mark: '2' },
    ...{ realized: '0', unrealized: '0', fees: '0' },
  })
export const atTarget = (strategy: string, instrument: string) =>
  event('risk.rejected', {
    ...{ intent: 'strategy:77.0', strategy, instrument, code: 'ALREADY_AT_TARGET', value: '0' },
  })
