import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { positionsIn } from '#compose/book-view.ts'
import { lifeOfOrder } from '#compose/order-life.ts'
import { limitsText, stepsOf } from '#compose/order-life-text.ts'
import { bodyAsSaid } from '#lib/codec/event-text.ts'
import { openEventLog } from '#lib/journal/open-event-log.ts'
import { realDisk } from '#lib/journal/real-disk.ts'
import { writeRetained } from '#lib/journal/retained.ts'
import type { Event } from '#schemas/event.ts'

let folder: string
beforeEach(() => {
  folder = join(mkdtempSync(join(tmpdir(), 'trader-life-')), 'live')
})
afterEach(() => rmSync(join(folder, '..'), { recursive: true }))

const said = (id: string, topic: string, cause: string | null, payload: object): string =>
  bodyAsSaid({ id, topic, v: 1, at: 1, source: id.split(':')[0], cause, payload } as unknown as Omit<Event, 'seq'>)

describe('the life of an order', () => {
  it('by which the gate itself closes begins with what halted trading, also when it is tried again later', async () => {
    const [command, time] = ['operator:e1.0', 'clock:e1.0']
    const order = { strategy: 's', instrument: 'A.SIM' }
    const close = (seq: number, cause: string) => [
      said(`risk:${seq}.0`, 'risk.approved', cause, { ...order, intent: cause, side: 'sell', quantity: '1' }),
    ]
    const log = await openEventLog(folder)
    for (const group of [
      [said(command, 'system.command', null, { command: 'halt', reason: 'drill', operator: 'me' })],
      [
        said('risk:1.0', 'risk.halted', command, { code: 'OPERATOR', reason: 'me: drill', isFlattening: true }),
        said('risk:1.1', 'risk.approved', command, { ...order, intent: command, side: 'sell', quantity: '1' }),
      ],
      [said('orders:3.0', 'order.submitted', 'risk:1.1', { clientOrderId: 't-3-0', approval: 'risk:1.1' })],
      [said(time, 'system.time', null, { now: 1 })],
      close(5, time),
      [said('orders:6.0', 'order.submitted', 'risk:5.0', { clientOrderId: 't-6-0', approval: 'risk:5.0' })],
    ])
      expect(await log.append([group])).toMatchObject([{ kind: 'appended' }])
    await log.close()
    const topics = (id: string) => stepsOf(lifeOfOrder(folder, id)).map(({ event }) => event.topic)
    const closing = ['risk.approved', 'order.submitted']
    expect(topics('t-3-0')).toEqual(['system.command', 'risk.halted', ...closing])
    expect(topics('t-6-0')).toEqual(['system.command', 'risk.halted', 'system.time', ...closing])
  })

  it('[R54] by which an operator closes a position begins with the command, however long ago trading was halted', async () => {
    const [halt, close] = ['operator:e1.0', 'operator:e1.1']
    const order = { strategy: 's', instrument: 'A.SIM' }
    const command = { command: 'position.close', instrument: 'A.SIM', reason: 'news', operator: 'me' }
    const wish = { ...order, intent: close }
    const log = await openEventLog(folder)
    for (const group of [
      [said(halt, 'system.command', null, { command: 'halt', reason: 'drill', operator: 'me' })],
      [said('risk:1.0', 'risk.halted', halt, { code: 'OPERATOR', reason: 'me: drill' })],
      [said(close, 'system.command', null, command)],
      [said('risk:3.0', 'risk.superseded', close, wish)],
      [said('orders:4.0', 'order.superseded', 'risk:3.0', wish)],
      [said('risk:5.0', 'risk.approved', 'orders:4.0', { ...wish, side: 'sell', quantity: '1' })],
      [said('orders:6.0', 'order.submitted', 'risk:5.0', { clientOrderId: 't-5-0', approval: 'risk:5.0' })],
    ])
      expect(await log.append([group])).toMatchObject([{ kind: 'appended' }])
    await log.close()
    const steps = stepsOf(lifeOfOrder(folder, 't-5-0'))
    expect(steps.map(({ event }) => event.id)).toEqual([close, 'risk:3.0', 'orders:4.0', 'risk:5.0', 'orders:6.0'])
    expect(steps[0]?.words).toBe('command position.close, instrument A.SIM, reason news, operator me')
  })

  it('[O21] has what the venue confirmed of the halt that canceled it, or names it as open, and of no other', async () => {
    const [first, second] = ['operator:e1.0', 'operator:e1.1']
    const order = { strategy: 's', instrument: 'A.SIM' }
    const report = { canceled: 0, filled: 0, expired: 0, rejected: 0, openCount: 0, open: [] }
    const sent = (seq: number, id: string) => [
      said(`risk:${seq}.0`, 'risk.approved', 'clock:e1.0', { ...order, intent: 'strategy:0.0' }),
      said(`orders:${seq + 1}.0`, 'order.submitted', `risk:${seq}.0`, { clientOrderId: id, approval: `risk:${seq}.0` }),
    ]
    const canceling = (cause: string, seq: number, n: number, clientOrderId: string) =>
      said(`orders:${seq}.${n}`, 'order.cancel_requested', cause, { clientOrderId, instrument: 'A.SIM', reason: 'x' })
    const command = { command: 'cancel_all', reason: 'drill', operator: 'me' }
    const log = await openEventLog(folder)
    for (const group of [
      [said('clock:e1.0', 'system.time', null, { now: 1 })],
      ...sent(1, 't-1-0').map((one) => [one]),
      ...sent(3, 't-3-0').map((one) => [one]),
      [said(first, 'system.command', null, command)],
      [canceling(first, 6, 0, 't-1-0')],
      [said('venue:7.0', 'order.canceled', 'orders:6.0', { clientOrderId: 't-1-0', leavesQuantity: '1' })],
      [said('orders:8.0', 'order.mass_cancel_reported', 'venue:7.0', { of: first, ...report, canceled: 1 })],
      [said(second, 'system.command', null, command)],
      [canceling(second, 10, 0, 't-3-0')],
      [said('clock:e1.1', 'system.time', null, { now: 2 })],
      [
        said('orders:12.0', 'order.mass_cancel_reported', 'clock:e1.1', {
          of: 'x',
          ...report,
          openCount: 1,
          open: ['t-3-0'],
        }),
      ],
    ])
      expect(await log.append([group])).toMatchObject([{ kind: 'appended' }])
    await log.close()
    const steps = (id: string) => stepsOf(lifeOfOrder(folder, id))
    const ids = steps('t-1-0').map(({ event }) => event.id)
    expect(ids.slice(-4)).toEqual([first, 'orders:6.0', 'venue:7.0', 'orders:8.0'])
    expect(steps('t-1-0').at(-1)?.words).toBe(`of ${first}, canceled 1, filled 0, expired 0, rejected 0, openCount 0`)
    expect(ids).not.toContain('orders:12.0')
    expect(
      steps('t-3-0')
        .map(({ event }) => event.id)
        .slice(-3),
    ).toEqual([second, 'orders:10.0', 'orders:12.0'])
  })

  it('of an exit says which fill of its entry it follows, and what moved and canceled it', async () => {
    const [move, halt] = ['operator:e1.0', 'operator:e1.1']
    const exit = { clientOrderId: 't-1-0-1p', instrument: 'A.SIM' }
    const log = await openEventLog(folder)
    const bar = 'md-feed:e1.0'
    for (const group of [
      [said(bar, 'md.bar', null, { instrument: 'A.SIM' })],
      [said('risk:1.0', 'risk.approved', bar, { intent: 'strategy:0.0', strategy: 's', instrument: 'A.SIM' })],
      [said('orders:2.0', 'order.submitted', 'risk:1.0', { clientOrderId: 't-1-0', approval: 'risk:1.0' })],
      [said('venue:3.0', 'order.fill', 'orders:2.0', { clientOrderId: 't-1-0', price: '100' })],
      [said('orders:4.0', 'order.submitted', 'venue:3.0', { ...exit, approval: 'risk:1.0', limitPrice: '110' })],
      [said(move, 'system.command', null, { command: 'order.replace', order: exit.clientOrderId, limitPrice: '120' })],
      [said('orders:6.0', 'order.update_requested', move, { ...exit, limitPrice: '120' })],
      [said(halt, 'system.command', null, { command: 'halt', reason: 'drill', operator: 'me' })],
      [said('risk:8.0', 'risk.halted', halt, { code: 'OPERATOR', reason: 'me: drill' })],
      [said('orders:9.0', 'order.cancel_requested', 'risk:8.0', { ...exit, reason: 'halted: me: drill' })],
    ])
      expect(await log.append([group])).toMatchObject([{ kind: 'appended' }])
    await log.close()
    const steps = stepsOf(lifeOfOrder(folder, exit.clientOrderId))
    expect(steps.map(({ event }) => event.id)).toEqual([
      ...[bar, 'risk:1.0', 'orders:2.0', 'venue:3.0', 'orders:4.0', move, 'orders:6.0', halt, 'risk:8.0', 'orders:9.0'],
    ])
    expect(steps[3]?.words).toBe('clientOrderId t-1-0, price 100')
    expect(steps[5]?.words).toBe('command order.replace, order t-1-0-1p, limitPrice 120')
  })
})

it('the limits at an approval are those in force for its instrument and its strategy', async () => {
  const order = { strategy: 's', instrument: 'A.SIM' }
  const limits = { maxPosition: '50', maxOrdersPerMinute: 9 }
  const instruments = { 'A.SIM': { isTradable: true, maxPosition: '30' }, 'B.SIM': { maxPosition: '1' } }
  const strategies = { s: { isReduceOnly: false, maxStrategyExposure: '7' } }
  const config = { limits, instruments, strategies, margin: { kind: 'margin' } }
  const log = await openEventLog(folder)
  for (const group of [
    [said('risk:e1.0', 'system.config', null, { service: 'risk', hash: 'a'.repeat(64), config })],
    [said('risk:1.0', 'risk.approved', 'x:e1.0', { ...order, intent: 'x:e1.0', side: 'buy', quantity: '1' })],
    [said('orders:2.0', 'order.submitted', 'risk:1.0', { ...order, clientOrderId: 't-1-0', approval: 'risk:1.0' })],
  ])
    expect(await log.append([group])).toMatchObject([{ kind: 'appended' }])
  await log.close()
  expect(limitsText(lifeOfOrder(folder, 't-1-0'))).toBe(
    'maxPosition 30, maxOrdersPerMinute 9, maxStrategyExposure 7, margin {"kind":"margin"}',
  )
})

it('a position that was split is marked in new units before the market tells a price of them', async () => {
  const terms = { tickSize: '0.01', lotSize: '1', multiplier: '1', currency: 'USD', isSimulated: true }
  const update = { strategy: 's', instrument: 'A.SIM', currency: 'USD', realized: '0', fees: '0' }
  const log = await openEventLog(folder)
  for (const group of [
    [said('md-feed:e1.0', 'md.instrument', null, { instrument: 'A.SIM', kind: 'equity', ...terms })],
    [said('md-feed:e1.1', 'md.tick', null, { kind: 'trade', instrument: 'A.SIM', price: '400', size: '1' })],
    [said('md-feed:e1.2', 'md.split', null, { instrument: 'A.SIM', numerator: 4, denominator: 1 })],
    [
      said('pnl:3.0', 'pnl.update', 'md-feed:e1.2', {
        ...{ ...update, position: '40', averagePrice: '100', mark: '100', unrealized: '0' },
      }),
    ],
  ])
    expect(await log.append([group])).toMatchObject([{ kind: 'appended' }])
  await log.close()
  expect(positionsIn(folder, false)).toMatchObject([{ position: '40', mark: '100', unrealized: '0', exposure: '4000' }])
})

it('[J23] a position whose listing retention removed is marked again once the listing is told again', async () => {
  const terms = { tickSize: '0.01', lotSize: '1', multiplier: '10', currency: 'USD', isSimulated: true }
  const listing = { instrument: 'A.SIM', kind: 'future', ...terms }
  const trade = (price: string) => ({ kind: 'trade', instrument: 'A.SIM', price, size: '1' })
  const update = { strategy: 's', instrument: 'A.SIM', currency: 'USD', realized: '0', fees: '0' }
  const filled = { ...update, position: '2', averagePrice: '90', mark: '100', unrealized: '200' }
  const log = await openEventLog(folder)
  for (const group of [
    [said('md-feed:e1.0', 'md.instrument', null, listing)],
    [said('md-feed:e1.1', 'md.tick', null, trade('100'))],
    [said('pnl:2.0', 'pnl.update', 'md-feed:e1.1', filled)],
    [said('md-feed:e1.2', 'md.tick', null, trade('110'))],
    [said('md-feed:e1.3', 'md.instrument', null, listing)],
    [said('md-feed:e1.4', 'md.tick', null, trade('120'))],
  ])
    expect(await log.append([group])).toMatchObject([{ kind: 'appended' }])
  await log.close()
  const removed = (to: number) => {
    const md = { to, events: to - 1, lastAt: 1, chain: '' }
    writeRetained(realDisk, folder, { through: to, marks: {}, namespaces: { md } })
  }
  const marked = { ...filled, mark: '120', unrealized: '600', exposure: '2400' }
  expect(positionsIn(folder, false)).toEqual([marked])
  removed(5)
  expect(positionsIn(folder, false)).toEqual([{ ...filled, exposure: null }])
  removed(4)
  expect(positionsIn(folder, false)).toEqual([marked])
})
