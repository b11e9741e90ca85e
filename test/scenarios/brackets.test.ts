import { expect, test } from 'vitest'
import { InProcess } from '#lib/kernel/in-process.ts'
import { anyService } from '#lib/kernel/service.ts'
import type { PayloadOf } from '#schemas/catalogue.ts'
import type { Event } from '#schemas/event.ts'
import { clock } from '#services/clock/service.ts'
import { orders } from '#services/orders/service.ts'
import { pnl } from '#services/pnl/service.ts'
import { risk } from '#services/risk/service.ts'
import { venue } from '#services/venue/service.ts'

const spy = 'SPY.USA'
const account = { currency: 'USD', startingCash: '10000' }

/** Gate, orders, venue and books on minute bars; what was said beside market and clock, in short. */
function play(venueTerms: object = {}) {
  const said: string[] = []
  let snapshot: PayloadOf<'pnl.snapshot'> | null = null
  const services = [anyService(venue), anyService(orders), anyService(pnl), anyService(clock), anyService(risk)]
  const run = new InProcess(services, (event: Event) => {
    const payload = event.payload as Record<string, string>
    if (event.topic === 'pnl.snapshot') snapshot = event.payload
    else if (/^(order|risk)\./.test(event.topic))
      said.push(
        [event.topic, payload.clientOrderId ?? payload.side ?? payload.code, payload.price].filter(Boolean).join(' '),
      )
  })
  let [n, minute] = [0, 0]
  const publish = (topic: string, payload: unknown) =>
    run.publish('test', { topic, payload, at: minute * 60_000_000, epoch: 1, n: n++ } as never)
  const configs = {
    venue: { fill: 'next-open', currency: 'USD', ...venueTerms },
    orders: {},
    pnl: account,
    clock: { stepMicros: 60_000_000 },
    risk: account,
  }
  for (const [service, config] of Object.entries(configs))
    publish('system.config', {
      service,
      hash: '0'.repeat(64),
      config: { ...config, ...(service === 'risk' ? { approvalTtlMs: 86_400_000 } : {}) },
    })
  const listing = { tickSize: '0.01', lotSize: '1', multiplier: '1', currency: 'USD', isSimulated: true }
  publish('md.instrument', { instrument: spy, kind: 'equity', ...listing })
  return {
    said,
    snapshot: () => snapshot,
    bar(open: string, high: string, low: string, close: string) {
      minute++
      const span = { start: (minute - 1) * 60_000_000, end: minute * 60_000_000 }
      publish('md.bar', { instrument: spy, interval: '1m', ...span, open, high, low, close, volume: '9' })
      return said.splice(0)
    },
    wish(target: string, more: object = {}) {
      const wish = { intent: `strategy:${n}.0`, strategy: 's', role: 'r', instrument: spy, target, orderType: 'market' }
      publish('instrument.resolved', { ...wish, referencePrice: '100', ...more })
      return said.splice(0)
    },
  }
}

test('a bracketed entry is closed by its profit, and its stop goes', () => {
  const { bar, wish, snapshot } = play()
  bar('100', '100', '100', '100')
  expect(wish('10', { bracket: { stopLoss: '95', takeProfit: '110' } })).toEqual([
    'risk.approved buy',
    expect.stringMatching(/^order\.submitted t-\d+-0$/),
    expect.stringMatching(/^order\.accepted t-\d+-0$/),
  ])
  expect(bar('101', '101', '101', '101').map((text) => text.replace(/t-\d+-0/, 'entry'))).toEqual([
    'order.fill entry 101',
    'order.submitted entry-1s',
    'order.submitted entry-1p',
    'order.accepted entry-1s',
    'order.accepted entry-1p',
  ])
  expect(wish('10')).toEqual(['risk.rejected ALREADY_AT_TARGET'])
  expect(bar('105', '111', '104', '108').map((text) => text.replace(/t-\d+-0/, 'entry'))).toEqual([
    'order.fill entry-1p 110',
    'order.cancel_requested entry-1s',
    'order.canceled entry-1s',
  ])
  expect(snapshot()).toMatchObject({ equity: '10090', grossExposure: '0' })
})

test('a newer wish takes the exits away before it closes, so nothing is sold twice', () => {
  const { bar, wish, snapshot } = play()
  bar('100', '100', '100', '100')
  wish('10', { bracket: { stopLoss: '95' } })
  bar('101', '101', '101', '101')
  expect(wish('0').map((text) => text.replace(/t-\d+-0/, 'order'))).toEqual([
    'risk.superseded',
    'order.cancel_requested order-1s',
    'order.canceled order-1s',
    'risk.approved sell',
    'order.submitted order',
    'order.accepted order',
  ])
  bar('90', '90', '90', '90')
  expect(snapshot()).toMatchObject({ equity: '9890', grossExposure: '0' })
})

test('[R41] more and less leave the exits where they are; together they close what is held and no more', () => {
  const { bar, wish, snapshot } = play()
  const bracket = { stopLoss: '95', takeProfit: '110' }
  bar('100', '100', '100', '100')
  wish('10', { bracket })
  bar('100', '100', '100', '100')
  expect(wish('15', { bracket })[0]).toBe('risk.approved buy')
  expect(wish('16', { bracket })).toEqual(['risk.rejected ORDERS_AT_WORK'])
  bar('100', '100', '100', '100')
  expect(wish('6')[0]).toBe('risk.approved sell')
  bar('100', '100', '100', '100')
  const closed = bar('96', '96', '94', '94')
  expect(closed.filter((text) => /^order\.fill .*s 95$/.test(text)).length).toBeGreaterThan(0)
  bar('94', '94', '94', '94')
  expect(snapshot()).toMatchObject({ equity: '9970', grossExposure: '0' })
  bar('111', '111', '90', '90')
  expect(snapshot()).toMatchObject({ equity: '9970', grossExposure: '0' })
})

test('[O30] exits that come to a venue in an outage are there again after it, and close what is held', () => {
  const { bar, wish, snapshot } = play({ latencyMicros: 30_000_000, outages: [{ from: 190_000_000, to: 400_000_000 }] })
  bar('100', '100', '100', '100')
  wish('10', { bracket: { stopLoss: '95', takeProfit: '110' } })
  const said = Array.from({ length: 7 }, () => bar('100', '100', '100', '100')).flat()
  const ofStop = said.filter((text) => text.includes('-1s')).map((text) => text.replace(/t-\d+-0/, 'entry'))
  expect(ofStop).toEqual([
    'order.submitted entry-1s',
    'order.rejected entry-1s',
    'order.submitted entry-1s2',
    'order.rejected entry-1s2',
    'order.submitted entry-1s3',
    'order.accepted entry-1s3',
  ])
  bar('96', '96', '94', '94')
  expect(snapshot()).toMatchObject({ equity: '9950', grossExposure: '0' })
})
