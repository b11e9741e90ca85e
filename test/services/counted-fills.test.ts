import { expect, test } from 'vitest'
import { noOrders, ordersFromJson, ordersToJson, rememberedEnds, rememberedTrades } from '#lib/domain/sent-orders.ts'
import { foldReport } from '#lib/domain/venue-report.ts'
import { InProcess } from '#lib/kernel/in-process.ts'
import { anyService } from '#lib/kernel/service.ts'
import type { PayloadOf } from '#schemas/catalogue.ts'
import type { Event } from '#schemas/event.ts'
import { orders } from '#services/orders/service.ts'
import { pnl } from '#services/pnl/service.ts'
import { risk } from '#services/risk/service.ts'
import { event, type Told } from '#test/given.ts'
import { account, bar, btc, canceled, command, fill, listed, rejected, wish } from './risk/risk-told.ts'

/** Gate, order engine and books in one run, with a venue that says what the test says. */
function everyone(config: Readonly<Record<string, unknown>> = {}) {
  const said: Event[] = []
  const run = new InProcess([anyService(orders), anyService(pnl), anyService(risk)], (event) => said.push(event))
  let n = 0
  const tell = ({ topic, payload }: Told) => {
    const before = said.length
    run.publish('test', { topic, payload: JSON.parse(JSON.stringify(payload)), at: 0, epoch: 1, n: n++ } as never)
    return said.slice(before + 1)
  }
  const configs = { orders: {}, pnl: { currency: 'USDT', startingCash: '100000' }, risk: account() }
  for (const [service, own] of Object.entries(configs)) {
    const whole = service === 'orders' ? {} : { ...own, ...(service === 'risk' ? config : pick(config, 'conversions')) }
    tell({ topic: 'system.config', payload: { service, hash: '0'.repeat(64), config: whole } })
  }
  for (const told of [listed(btc), bar(btc, '100')]) tell(told)
  return {
    tell,
    topics: (told: Told) => tell(told).map(({ topic }) => topic),
    /** The id of the order that comes of a wish for the position. */
    order: (target: string): string => {
      const sent = tell(wish(target)).find(({ topic }) => topic === 'order.submitted') as Event<'order.submitted'>
      return sent.payload.clientOrderId
    },
    refusal: (target: string) => tell(wish(target))[0]?.payload as PayloadOf<'risk.rejected'>,
  }
}

const pick = (from: Readonly<Record<string, unknown>>, name: string) =>
  from[name] === undefined ? {} : { [name]: from[name] }

test('[O15] [P1] [R18] a fill that is repeated after any number of other ends counts once, in the gate, the books and the engine', () => {
  const { tell, topics, order, refusal } = everyone()
  const first = order('1')
  const filled = fill(first, 'buy', '1')
  expect(topics(filled)).toEqual(['pnl.update'])
  for (let n = 0; n < rememberedEnds; n++) tell(canceled(order('2')))
  expect(topics(filled)).toEqual(['system.alert'])
  expect(refusal('3')).toMatchObject({ code: 'INSTRUMENT_HALTED', value: btc })
  expect(topics(command('resume'))).toEqual(['system.command.result', 'system.command.result'])
  const sent = tell(wish('3')).find(({ topic }) => topic === 'order.submitted')
  expect(sent?.payload).toMatchObject({ side: 'buy', quantity: '2' })
})

test('[O12] [O14] [P1] [R18] what an order is filled after its cancel was answered UNKNOWN_ORDER counts nowhere', () => {
  const { tell, topics, order, refusal } = everyone()
  const sent = order('1')
  tell(event('order.accepted', { clientOrderId: sent, venueOrderId: '7', instrument: btc }))
  tell(command('cancel_all'))
  tell(rejected(sent, 'UNKNOWN_ORDER'))
  expect(topics(fill(sent, 'buy', '1'))).toEqual(['system.alert'])
  tell(command('resume'))
  expect(refusal('0')).toMatchObject({ code: 'ALREADY_AT_TARGET' })
})

test('[O12] [P1] [R18] a trade of an order that is not ours moves the account once, however often it is told', () => {
  const { tell, topics, order, refusal } = everyone()
  const theirs = fill('stranger', 'buy', '1')
  expect(topics(theirs)).toEqual(['system.alert', 'pnl.update'])
  tell(command('resume'))
  for (let n = 0; n < rememberedEnds; n++) tell(canceled(order('0')))
  expect(topics(theirs)).toEqual([])
  expect(refusal('1')).toMatchObject({ code: 'ALREADY_AT_TARGET' })
})

test('[O25] [P1] [R18] what others trade is of the strategy external, once, halts nothing and is in every limit', () => {
  const { tell, topics, order, refusal } = everyone({ limits: { maxGrossExposure: '350' }, margin: { kind: 'cash' } })
  const theirs = (tradeId: string, side: 'buy' | 'sell' = 'buy') =>
    fill('external-BTCUSDT-7', side, '1', { tradeId, strategy: 'external' })
  const [update, ...more] = tell(theirs('x1', 'sell'))
  expect(update).toMatchObject({ topic: 'pnl.update', payload: { strategy: 'external', position: '-1' } })
  expect(more).toEqual([])
  expect(refusal('3')).toMatchObject({ code: 'EXPOSURE_EXCEEDS_MAX', value: '400' })
  expect(topics(theirs('x1', 'sell'))).toEqual([])
  tell(adopted('external-BTCUSDT-7', { side: 'sell', filled: '1', tradeIds: ['x1'] }))
  tell(fill('external-BTCUSDT-7', 'sell', '1', { tradeId: 'x2', strategy: 'external' }))
  for (let n = 0; n < rememberedEnds; n++) tell(canceled(order('1')))
  for (const tradeId of ['x1', 'x2']) expect(topics(theirs(tradeId, 'sell'))).toEqual([])
  expect(refusal('2')).toMatchObject({ code: 'EXPOSURE_EXCEEDS_MAX', value: '400' })
})

test('[O15] [P1] [R18] of the trades of others the newest are remembered, also over a snapshot, and no more', () => {
  const book = noOrders()
  const told = (n: number, orders = book) =>
    foldReport(orders, {
      topic: 'order.fill',
      payload: { ...(fill(`external-${n}`, 'buy', '1').payload as object), tradeId: `x${n}` },
    } as never)
  for (let n = 0; n < rememberedTrades + 10; n++) expect(told(n)).toBe('external')
  const again = ordersFromJson(JSON.parse(JSON.stringify(ordersToJson(book))))
  for (const orders of [book, again]) {
    for (let n = 10; n < rememberedTrades + 10; n++) expect(told(n, orders)).toBe('repeated')
    expect(orders.strangers.known.size).toBe(rememberedTrades)
  }
  // The oldest goes first, also after a snapshot.
  for (const orders of [book, again]) {
    expect([told(-1, orders), told(11, orders), told(10, orders)]).toEqual(['external', 'repeated', 'external'])
    expect(orders.strangers.oldest.keys.length).toBeLessThan(3 * rememberedTrades)
  }
})

test('[O25] a trade that was told before its order was adopted, and is not among those of the adoption, counts once', () => {
  const { tell, topics } = everyone()
  const theirs = fill('external-BTCUSDT-7', 'buy', '1', { tradeId: 'x1', strategy: 'external' })
  expect(topics(theirs)).toEqual(['pnl.update'])
  tell(adopted('external-BTCUSDT-7', {}))
  expect(topics(theirs)).toEqual([])
})

test('[R36] a halt that flattens leaves what others hold', () => {
  const { tell, order, topics } = everyone({ whenHalted: 'flatten' })
  tell(fill('external-BTCUSDT-7', 'sell', '1', { tradeId: 'x1', strategy: 'external' }))
  tell(fill(order('1'), 'buy', '1'))
  const closing = tell(command('halt')).filter(({ topic }) => topic === 'risk.approved')
  expect(closing.map(({ payload }) => payload)).toMatchObject([{ strategy: 'ema-cross', side: 'sell', quantity: '1' }])
  expect(topics(wish('2'))).toEqual(['risk.rejected'])
})

const adopted = (clientOrderId: string, more: Partial<PayloadOf<'order.adopted'>>): Told =>
  event('order.adopted', {
    ...{ clientOrderId, venueOrderId: '7', venueClientId: 'by-hand', strategy: 'external', instrument: btc },
    ...{ side: 'buy', quantity: '2', limitPrice: '100', filled: '0', tradeIds: [], ...more },
  })

test('[P4] [R42] a fee that no mark converts: the fill counts without it everywhere, and nothing is added there', () => {
  const { topics, order, refusal } = everyone()
  const bought = fill(order('1'), 'buy', '1', { feePaid: { asset: 'BNB', amount: '2' } })
  expect(topics(bought)).toEqual(['pnl.update', 'system.alert'])
  expect(refusal('2')).toMatchObject({ code: 'INSTRUMENT_HALTED' })
  expect(topics(wish('0'))).toEqual(['risk.approved', 'order.submitted'])
})

test('[P11] [R42] what is listed anew in another currency is counted as before everywhere, and nothing is added there', () => {
  const { tell, topics, order, refusal } = everyone()
  tell(fill(order('1'), 'buy', '1'))
  expect(topics(listed(btc, { currency: 'EUR' }))).toEqual(['system.alert'])
  expect(refusal('2')).toMatchObject({ code: 'INSTRUMENT_HALTED' })
  const [update] = tell(fill(order('0'), 'sell', '1', { price: '101' }))
  expect(update?.payload).toMatchObject({ position: '0', currency: 'USDT', realized: '1' })
})

test('[P14] a price of zero converts nothing in the gate and in the books: both go on with the one before', () => {
  const { tell, order, refusal } = everyone({
    conversions: { BNB: { instrument: 'BNBUSDT.BINANCE' } },
    margin: { kind: 'cash' },
  })
  tell(bar('BNBUSDT.BINANCE', '600'))
  tell(bar('BNBUSDT.BINANCE', '0'))
  const [update] = tell(fill(order('1'), 'buy', '1', { feePaid: { asset: 'BNB', amount: '0.01' } }))
  expect(update?.payload).toMatchObject({ position: '1', fees: '6' })
  expect(refusal('1001')).toMatchObject({ code: 'MARGIN_EXCEEDS_AVAILABLE', value: '100000', limit: '99894' })
})

test('[P4] [R42] a fee of a third asset is the same money in the gate and in the books', () => {
  const { tell, order, refusal } = everyone({
    conversions: { BNB: { instrument: 'BNBUSDT.BINANCE' } },
    margin: { kind: 'cash' },
  })
  tell(bar('BNBUSDT.BINANCE', '600'))
  const [update] = tell(fill(order('1'), 'buy', '1', { feePaid: { asset: 'BNB', amount: '0.01' } }))
  expect(update?.payload).toMatchObject({ position: '1', fees: '6' })
  expect(refusal('1001')).toMatchObject({ code: 'MARGIN_EXCEEDS_AVAILABLE', value: '100000', limit: '99894' })
})
