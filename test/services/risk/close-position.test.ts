import { describe, expect, test } from 'vitest'
import type { Statement } from '#schemas/event.ts'
import { event } from '#test/given.ts'
import {
  account,
  approve,
  btc,
  canceled,
  command,
  eth,
  exit,
  fill,
  refuse,
  start,
  supersede,
  wish,
} from './risk-told.ts'

const holding = (limits: object = {}) => start(account(limits), wish('10'), fill('t-6-0', 'buy', '10'))
const close = (more: object = {}) => command('position.close', { instrument: btc, ...more })
const left = (quantity: string) =>
  `what external holds (${quantity} ${btc}) was traded by others and is left: close it at the exchange itself, the books follow`
const result = (isDone: boolean, message: string) =>
  ({ topic: 'system.command.result', payload: expect.objectContaining({ isDone, message }) }) as unknown as Statement

describe('[R54] an operator closes a position', () => {
  test('at the market, by leave that names the command, and once', () => {
    const scene = holding()
    const { answers } = scene.restarted().when(close())
    expect(answers).toEqual([
      approve('sell', '10', { intent: 'test:e1.9', orderType: 'market', timeInForce: 'GTC', strategy: 'ema-cross' }),
      result(true, `sell 10 ${btc} of ema-cross at the market`),
    ])
    scene.when(close()).then(refuse('ALREADY_AT_TARGET', '0'), result(false, 'ALREADY_AT_TARGET 0'))
    scene.when(fill('t-9-0', 'sell', '10')).then()
    scene.when(close()).then(result(false, `no strategy holds ${btc}`))
  })

  test('when what works there, exits too, has been canceled', () => {
    const scene = start(account(), wish('10', { bracket: { stopLoss: '90' } }), fill('t-6-0', 'buy', '10'))
    scene.when(exit('t-6-0-1s', '10')).then()
    const later = `${btc} of ema-cross is closed at the market when its orders at work have been canceled, unless its strategy wishes for something else before`
    scene.when(close()).then(supersede, result(true, later))
    const canceling = { clientOrderId: 't-6-0-1s', instrument: btc, reason: 'superseded' }
    scene
      .restarted()
      .when({ ...event('order.cancel_requested', canceling), cause: 'risk:10.0' })
      .then()
    scene.when(canceled('t-6-0-1s')).then(approve('sell', '10', { intent: 'test:e1.10' }))
  })

  test('of the strategy that is named, where several hold it; what others opened is left', () => {
    const others = (strategy: string, quantity: string) =>
      fill('stranger', 'buy', quantity, { strategy, tradeId: strategy })
    const scene = holding()
    scene.when(others('b', '3'))
    scene.when(fill('external-7', 'buy', '5', { strategy: 'external' }))
    scene
      .when(close())
      .then(result(false, `several strategies hold ${btc}: b (3), ema-cross (10); name one of them`))
      .when(close({ target: 'c' }))
      .then(result(false, `c holds no ${btc}`))
      .when(close({ target: 'external' }))
      .then(result(false, left('5')))
      .when(command('position.close'))
      .then(result(false, 'name an instrument'))
      .when(close({ target: 'b' }))
      .then(approve('sell', '3', { strategy: 'b' }), result(true, `sell 3 ${btc} of b at the market`))
    scene.when(close({ instrument: eth })).then(result(false, `no strategy holds ${eth}`))
  })

  test('what is less than a lot is nothing held, and that is said', () => {
    const others = (strategy: string, quantity: string) =>
      fill('stranger', 'buy', quantity, { strategy, tradeId: strategy })
    const scene = start(account(), others('a', '0.0005'))
    const dust = result(false, `a holds 0.0005 ${btc}, less than a lot: no order can close it`)
    scene.when(close()).then(dust)
    scene.when(others('b', '1.0005'))
    scene.when(close({ target: 'a' })).then(dust)
    scene.when(close()).then(approve('sell', '1', { strategy: 'b' }), result(true, `sell 1 ${btc} of b at the market`))
  })

  test('where only others hold it, that is said, and where it is closed', () => {
    const scene = start(account(), fill('external-7', 'sell', '5', { strategy: 'external' }))
    scene.when(close()).then(result(false, left('-5')))
    scene.when(close({ target: 'ema-cross' })).then(result(false, `ema-cross holds no ${btc}`))
    scene.when(fill('external-8', 'buy', '5', { strategy: 'external', tradeId: 'b' }))
    scene.when(close({ target: 'external' })).then(result(false, `external holds no ${btc}`))
    scene.when(close()).then(result(false, `no strategy holds ${btc}`))
  })

  test('under a halt where what reduces passes, and of a strategy that is halted', () => {
    const scene = holding()
    scene.when(command('halt', { whenHalted: 'refuse' }))
    scene.when(close()).then(refuse('HALTED', 'OPERATOR'), result(false, 'HALTED OPERATOR'))
    scene.when(command('halt', { whenHalted: 'reduce' }))
    scene.when(command('strategy.halt', { target: 'ema-cross' }))
    scene.when(close()).then(approve('sell', '10'), result(true, `sell 10 ${btc} of ema-cross at the market`))
  })

  test('and takes the place of a wish that waits there', () => {
    const scene = start(account(), wish('10'), fill('t-6-0', 'buy', '4', { leavesQuantity: '6' }))
    scene.when(wish('-3')).then(supersede)
    scene.when(close()).then(supersede, expect.objectContaining({ topic: 'system.command.result' }))
    scene.when(canceled('t-6-0')).then(approve('sell', '4'))
  })
})
