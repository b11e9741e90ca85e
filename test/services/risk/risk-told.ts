import { expect } from 'vitest'
import type { PayloadOf } from '#schemas/catalogue.ts'
import type { Statement } from '#schemas/event.ts'
import { risk } from '#services/risk/service.ts'
import { event, given, type Told } from '#test/given.ts'

export const btc = 'BTCUSDT.BINANCE'
export const eth = 'ETHUSDT.BINANCE'
export const second = 1_000_000

export const account = (limits: object = {}, more: object = {}) => ({
  currency: 'USDT',
  startingCash: '100000',
  approvalTtlMs: 5_000,
  limits,
  ...more,
})

export const listed = (instrument: string, more: Partial<PayloadOf<'md.instrument'>> = {}) =>
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

export const bar = (instrument: string, close: string, at?: number) =>
  event(
    'md.bar',
    { instrument, interval: '1m', start: 0, end: 60, open: close, high: close, low: close, close, volume: '1' },
    at,
  )

/** Listed and priced: BTC at 100, ETH at 10. */
export const market = [listed(btc), listed(eth), bar(btc, '100', second), bar(eth, '10')] as const

/** The seq of what comes next is 6: one configuration, four events. */
export const start = (config: object = {}, ...past: readonly Told[]) => given(risk, config, ...market, ...past)

let wishes = 0
/** A resolved wish of `ema-cross` in BTC, each with an intent of its own. */
export const wish = (target: string, more: Partial<PayloadOf<'instrument.resolved'>> = {}, at?: number) =>
  event(
    'instrument.resolved',
    {
      intent: `strategy:${++wishes}.0`,
      strategy: 'ema-cross',
      role: 'main',
      instrument: btc,
      target,
      orderType: 'market',
      referencePrice: '100',
      ...more,
    },
    at,
  )

export const limit = (limitPrice: string) => ({ orderType: 'limit', limitPrice }) as const

export const approve = (side: 'buy' | 'sell', quantity: string, more: Partial<PayloadOf<'risk.approved'>> = {}) =>
  ({ topic: 'risk.approved', payload: expect.objectContaining({ side, quantity, ...more }) }) as unknown as Statement
export const refuse = (code: PayloadOf<'risk.rejected'>['code'], value?: string, limit?: string) =>
  ({
    topic: 'risk.rejected',
    payload: expect.objectContaining(JSON.parse(JSON.stringify({ code, value, limit }))),
  }) as unknown as Statement
export const supersede = {
  topic: 'risk.superseded',
  payload: expect.objectContaining({ strategy: 'ema-cross', instrument: btc }),
} as unknown as Statement

export const fill = (
  clientOrderId: string,
  side: 'buy' | 'sell',
  quantity: string,
  more: Partial<PayloadOf<'order.fill'>> = {},
) =>
  event('order.fill', {
    clientOrderId,
    venueOrderId: `v${clientOrderId}`,
    tradeId: `x-${clientOrderId}`,
    strategy: 'ema-cross',
    instrument: btc,
    side,
    price: '100',
    quantity,
    leavesQuantity: '0',
    fee: '0',
    currency: 'USDT',
    liquidity: 'taker',
    filledAt: 1,
    ...more,
  })
/** An exit of a bracket: `t-8-0-1s` sells what a fill of `t-8-0` bought. */
export const exit = (clientOrderId: string, quantity: string) =>
  event('order.submitted', {
    ...{ clientOrderId, approval: 'risk:9.0', strategy: 'ema-cross', instrument: btc, side: 'sell', quantity },
    ...{ orderType: 'stop', stopPrice: '90', timeInForce: 'GTC', isReduceOnly: true, expiresAt: 1 },
    closes: clientOrderId.replace(/-\d+[sp]$/, ''),
  })
export const canceled = (clientOrderId: string) =>
  event('order.canceled', { clientOrderId, instrument: btc, leavesQuantity: '0', reason: 'asked' })
export const rejected = (clientOrderId: string, code: PayloadOf<'order.rejected'>['code'] = 'NO_MARKET') =>
  event('order.rejected', { clientOrderId, instrument: btc, code })
export const denied = (clientOrderId: string, code: PayloadOf<'order.denied'>['code']) =>
  event('order.denied', { clientOrderId, approval: 'risk:1.0', strategy: 'ema-cross', instrument: btc, code })

export const snapshot = (equity: string, peakEquity: string) =>
  event('pnl.snapshot', {
    currency: 'USDT',
    equity,
    peakEquity,
    grossExposure: '0',
    realized: '0',
    unrealized: equity,
    fees: '0',
    strategies: [],
  })
export const marginUse = (
  kind: PayloadOf<'risk.margin'>['kind'],
  equity: string,
  used: string,
  available: string,
  maintenance?: string,
) => {
  const payload = { kind, currency: 'USDT', equity, used, available, ...(maintenance && { maintenance }) }
  return { topic: 'risk.margin' as const, payload }
}
export const command = (
  name: PayloadOf<'system.command'>['command'],
  more: Partial<PayloadOf<'system.command'>> = {},
) => event('system.command', { command: name, reason: 'drill', operator: 'ann', ...more })
