import { describe, expect, it } from 'vitest'
import { accountLine, positionLines } from '#lib/terminal/dashboard/panes.ts'
import { emptyScreen, foldEvent, type ScreenState } from '#lib/terminal/dashboard/screen-state.ts'
import type { PayloadOf, Topic } from '#schemas/catalogue.ts'
import type { Event } from '#schemas/event.ts'

let seq = 0
const event = <T extends Topic>(topic: T, payload: PayloadOf<T>, at = 1_000_000): Event =>
  ({ seq: ++seq, id: `x:e1.${seq}`, topic, v: 1, at, source: 'x', cause: null, payload }) as Event

const screenAfter = (...events: readonly Event[]): ScreenState => events.reduce(foldEvent, emptyScreen())

const instrument = 'SPY.SIM'
const submitted = event('order.submitted', {
  clientOrderId: 't-1-0',
  approval: 'risk:1.0',
  strategy: 'cross',
  instrument,
  side: 'buy',
  orderType: 'market',
  quantity: '10',
  timeInForce: 'GTC',
  expiresAt: 9,
})
const fill = (quantity: string, leavesQuantity: string) =>
  event('order.fill', {
    clientOrderId: 't-1-0',
    venueOrderId: 'v1',
    tradeId: `f-${leavesQuantity}`,
    strategy: 'cross',
    instrument,
    side: 'buy',
    price: '100.5',
    quantity,
    leavesQuantity,
    fee: '0',
    currency: 'USD',
    liquidity: 'taker',
    filledAt: 1,
  })

describe('what the dashboard shows', () => {
  it('keeps the newest price exactly and the way it came', () => {
    const trade = (price: string) => event('md.tick', { kind: 'trade', instrument, price, size: '1' })
    const quote = event('md.tick', { kind: 'quote', instrument, bid: null, bidSize: null, ask: '9', askSize: '1' })
    const { prices } = screenAfter(trade('100.10'), trade('100.20'), trade('100.20'), quote)
    expect(prices).toEqual({ [instrument]: { last: '100.20', recent: [100.1, 100.2] } })
  })

  it('says what of the account is available, where a model of margin is told', () => {
    const money = { realized: '0', unrealized: '0', fees: '0' }
    const snapshot = event('pnl.snapshot', {
      ...money,
      ...{ currency: 'USD', equity: '2000', peakEquity: '2000', grossExposure: '1000', strategies: [] },
    })
    const without = screenAfter(snapshot)
    expect(accountLine(without.account, without.margin)).not.toContain('available')
    const used = event('risk.margin', {
      kind: 'margin',
      currency: 'USD',
      equity: '2000',
      used: '500',
      available: '1500',
    })
    const { account, margin } = screenAfter(snapshot, used)
    expect(accountLine(account, margin)).toMatch(/^equity 2,000\.00 USD {2}available 1,500\.00 {2}realized 0\.00/)
  })

  it('marks what is held at the newest price, in its own units, and what is not listed as its last fill left it', () => {
    const listed = (name: string, terms: object) =>
      event('md.instrument', {
        ...{ instrument: name, tickSize: '0.01', lotSize: '1', multiplier: '1', currency: 'USD', isSimulated: true },
        ...terms,
      } as PayloadOf<'md.instrument'>)
    const held = (name: string, position: string, mark: string, unrealized: string) =>
      event('pnl.update', {
        ...{ strategy: 'cross', instrument: name, currency: 'USD', averagePrice: '100', fees: '0', realized: '0' },
        ...{ position, mark, unrealized },
      })
    const trade = (name: string, price: string) =>
      event('md.tick', { kind: 'trade', instrument: name, price, size: '1' })
    const option = 'SPY-C.SIM'
    const shown = (...events: readonly Event[]) =>
      positionLines(screenAfter(...events), 90, 9).map(({ text }) => text.trim().split(/ +/).slice(0, 7).join(' '))
    const lines = shown(
      listed(instrument, { kind: 'future', multiplier: '50' }),
      listed(option, { kind: 'option', multiplier: '100' }),
      listed('BTC.SIM', { kind: 'perpetual', isInverse: true, multiplier: '100', currency: 'BTC' }),
      held(instrument, '2', '100', '0'),
      held(option, '-1', '100', '0'),
      held('BTC.SIM', '3', '100', '0'),
      held('OLD.SIM', '1', '100', '0'),
      trade(instrument, '101.5'),
      event('md.option.tick', {
        ...{ instrument: option, bid: '99', bidSize: '1', ask: '100', askSize: '1' },
      } as PayloadOf<'md.option.tick'>),
      trade('BTC.SIM', '120'),
      trade('OLD.SIM', '120'),
    )
    expect(lines.slice(1)).toEqual([
      'SPY.SIM cross 2 100 101.5 0.00 150.00',
      'SPY-C.SIM cross -1 100 99.5 0.00 50.00',
      'BTC.SIM cross 3 100 120 0.00 0.50',
      'OLD.SIM cross 1 100 100 0.00 0.00',
    ])
    const split = event('md.split', { instrument, numerator: 2, denominator: 1 } as PayloadOf<'md.split'>)
    expect(
      shown(
        listed(instrument, { kind: 'equity' }),
        held(instrument, '2', '100', '0'),
        trade(instrument, '102'),
        split,
        held(instrument, '4', '51', '4'),
      )[1],
    ).toBe('SPY.SIM cross 4 100 51 0.00 4.00')
  })

  it('says that a market is simulated when the feed does', () => {
    const screen = screenAfter(event('md.status', { feed: 'seeded', state: 'started', isSimulated: true }))
    expect(screen).toMatchObject({ isSimulated: true, feed: 'seeded started' })
  })

  it('follows an order to its end', () => {
    const orderStateAfter = (...events: Event[]) => screenAfter(submitted, ...events).orders[0]?.state
    expect(orderStateAfter()).toBe('submitted')
    expect(orderStateAfter(fill('4', '6'))).toBe('filled in part, 6 left')
    expect(orderStateAfter(fill('4', '6'), fill('6', '0'))).toBe('filled at 100.5')
    const rejected = event('order.rejected', { clientOrderId: 't-1-0', instrument, code: 'NO_MARKET' })
    expect(orderStateAfter(rejected)).toBe('rejected NO_MARKET')
  })

  it('is halted from risk.halted to risk.resumed', () => {
    const halted = event('risk.halted', { code: 'OPERATOR', reason: 'ann: lunch' })
    expect(screenAfter(halted).halts.halted).toBe('OPERATOR: ann: lunch')
    const { halts } = screenAfter(halted, event('risk.resumed', { reason: 'ann: back' }))
    expect(halts.halted).toBeNull()
    expect(halts.notices.map(({ text }) => text)).toEqual(['resumed: ann: back', 'halted: OPERATOR: ann: lunch'])
  })

  it('shows what of a halt the venue has confirmed', () => {
    const ends = { of: 'risk:9.0', canceled: 2, filled: 0, expired: 0, rejected: 0 }
    const late = event('order.mass_cancel_reported', { ...ends, openCount: 1, open: ['t-1-0'] })
    const whole = event('order.mass_cancel_reported', { ...ends, openCount: 0, open: [] })
    expect(screenAfter(late, whole).halts.notices.map(({ text }) => text)).toEqual([
      'confirmed by the venue: 2 canceled; none is open',
      'NOT confirmed by the venue: 1 still open (t-1-0); 2 canceled',
    ])
  })

  it('shows a strategy as stopped until both itself and risk let it run', () => {
    const own = (state: 'active' | 'halted') => event('strategy.status', { strategy: 'cross', state, reason: 'ann' })
    const found = { code: 'DAILY_LOSS_EXCEEDS_MAX', value: '120', limit: '100' } as const
    const byRisk = event('risk.strategy_halted', { strategy: 'cross', ...found })
    const { halts } = screenAfter(byRisk, own('halted'), own('active'))
    expect(halts.stopped).toEqual([{ strategy: 'cross', by: 'risk' }])
    expect(halts.notices.at(-1)?.text).toBe('risk halted cross: DAILY_LOSS_EXCEEDS_MAX 120, limit 100')
    const resumed = event('risk.strategy_resumed', { strategy: 'cross', reason: 'ann: looked at it' })
    expect(screenAfter(byRisk, resumed).halts.stopped).toEqual([])
  })

  it('never goes back in time or seq', () => {
    const { at, seq: newest } = screenAfter(
      { ...event('system.time', { now: 5 }, 5), seq: 900 },
      { ...event('system.time', { now: 4 }, 4), seq: 7 },
    )
    expect({ at, newest }).toEqual({ at: 5, newest: 900 })
  })
})
