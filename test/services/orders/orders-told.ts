import { expect } from 'vitest'
import type { PayloadOf } from '#schemas/catalogue.ts'
import { event, type Told } from '#test/given.ts'

export const btc = 'BTCUSDT.BINANCE'

/** An approval as the gate gives it, with the id of its answer. */
export const approved = (id: string, more: Partial<PayloadOf<'risk.approved'>> = {}, at = 1_000): Told => ({
  ...event('risk.approved', { ...approval, ...more }, at),
  id,
})

export const approval = {
  intent: 'strategy:3.0',
  strategy: 'ema-cross',
  instrument: btc,
  side: 'buy',
  quantity: '10',
  orderType: 'market',
  timeInForce: 'GTC',
  expiresAt: 5_000,
} as const satisfies PayloadOf<'risk.approved'>

export const accepted = (clientOrderId: string) =>
  event('order.accepted', { clientOrderId, venueOrderId: `v${clientOrderId}`, instrument: btc })

export const fill = (
  clientOrderId: string,
  tradeId: string,
  quantity: string,
  more: Partial<PayloadOf<'order.fill'>> = {},
) =>
  event('order.fill', {
    clientOrderId,
    venueOrderId: `v${clientOrderId}`,
    tradeId,
    strategy: 'ema-cross',
    instrument: btc,
    side: 'buy',
    price: '60000',
    quantity,
    leavesQuantity: '0',
    fee: '0',
    currency: 'USDT',
    liquidity: 'taker',
    filledAt: 1_000,
    ...more,
  })

export const canceled = (clientOrderId: string) =>
  event('order.canceled', { clientOrderId, instrument: btc, leavesQuantity: '0', reason: 'asked' })
export const expired = (clientOrderId: string) =>
  event('order.expired', { clientOrderId, instrument: btc, leavesQuantity: '0', reason: 'feed ended' })
export const rejected = (clientOrderId: string, code: PayloadOf<'order.rejected'>['code']) =>
  event('order.rejected', { clientOrderId, instrument: btc, code })

export const halted = (id: string, more: Partial<PayloadOf<'risk.halted'>> = {}): Told => ({
  ...event('risk.halted', { code: 'OPERATOR', reason: 'stop', ...more }),
  id,
})
export const resumed = event('risk.resumed', { reason: 'fine' })
export const command = (name: PayloadOf<'system.command'>['command'], target?: string) =>
  event('system.command', { command: name, target, reason: 'drill', operator: 'ann' })

export const cancel = (clientOrderId: string, reason: string) =>
  ({ topic: 'order.cancel_requested', payload: { clientOrderId, instrument: btc, reason } }) as const

/** What the venue confirmed of a mass cancel; `of` is any where it is that of a command. */
export const massCancel = (of: string | null, ends: Partial<PayloadOf<'order.mass_cancel_reported'>> = {}) => {
  const { open = [], ...counts } = ends
  const none = { canceled: 0, filled: 0, expired: 0, rejected: 0 }
  return {
    topic: 'order.mass_cancel_reported',
    payload: { of: of ?? expect.any(String), ...none, ...counts, openCount: open.length, open },
  } as const
}
