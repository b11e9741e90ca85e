import { expect, test } from 'vitest'
import type { PayloadOf } from '#schemas/catalogue.ts'
import type { Statement } from '#schemas/event.ts'
import { account, approve, btc, canceled, eth, exit, fill, refuse, start, supersede, wish } from './risk-told.ts'

const bracket = { stopLoss: '90', takeProfit: '110' }
const other = { strategy: 'other' }
const refused = (who: string) => refuse('PROTECTION_SHARED', who)
/** Events 1 to 5 are before the first wish, which is event 6. */
const scene = (more: object = { sharedExits: 'refuse' }) => start(account({}, more))
const byHand = (tradeId: string, side: 'buy' | 'sell', quantity: string, more: Partial<PayloadOf<'order.fill'>> = {}) =>
  fill('external-1', side, quantity, { strategy: 'external', tradeId, ...more })
const told = {
  topic: 'system.alert',
  payload: { code: 'PROTECTION_SHARED', subject: btc, message: expect.stringContaining('exits of ema-cross') },
} as unknown as Statement

test('[R56] an entry with a bracket is refused where another strategy has an order at work or holds something, until it does not', () => {
  scene()
    .when(wish('1', other))
    .then(approve('buy', '1', other))
    .when(wish('1', { bracket }))
    .then(refused('other'))
    .when(fill('t-6-0', 'buy', '1', other))
    .then()
    .restarted()
    .when(wish('1', { bracket }))
    .then(refused('other'))
    .when(wish('1', { bracket: { stopLoss: '9', takeProfit: '11' }, instrument: eth }))
    .then(approve('buy', '1', { instrument: eth }))
    .when(wish('0', other))
    .then(approve('sell', '1', other))
    .when(fill('t-15-0', 'sell', '1', other))
    .then()
    .when(wish('1', { bracket }))
    .then(approve('buy', '1', { bracket }))
})

test('[R56] so is any entry of another strategy where exits may come, from leave for theirs until nothing is held or works there', () => {
  const entered = scene()
    .when(wish('1', { bracket }))
    .then(approve('buy', '1'))
    .when(wish('1', other))
    .then(refused('ema-cross'))
  const protectedBy = entered
    .when(fill('t-6-0', 'buy', '1'))
    .then()
    .when(exit('t-6-0-1s', '1'))
    .then()
    .restarted()
    .when(wish('-1', other))
    .then(refused('ema-cross'))
    .when(wish('2', { bracket }))
    .then(approve('buy', '1', { bracket }))
  protectedBy
    .when(fill('t-14-0', 'buy', '1'))
    .then()
    .when(wish('0'))
    .then(supersede)
  scene()
    .when(wish('1', { bracket }))
    .then(approve('buy', '1'))
    .when(canceled('t-6-0'))
    .then()
    .when(wish('1', other))
    .then(approve('buy', '1', other))
})

test('[R56] what only takes its own position towards zero passes, and of a reversal that part', () => {
  scene()
    .when(wish('2', other))
    .then(approve('buy', '2', other))
    .when(fill('t-6-0', 'buy', '2', other))
    .then()
    .when(byHand('a', 'buy', '1'))
    .then()
    .when(wish('1', { ...other, bracket }))
    .then(approve('sell', '1', other))
    .when(fill('t-10-0', 'sell', '1', other))
    .then()
    .when(wish('-1', { ...other, bracket: { stopLoss: '110', takeProfit: '90' } }))
    .then(approve('sell', '1', other), refused('external'))
})

test('[R56] what others open by hand beside exits is told when it begins, and not with each of their trades', () => {
  scene()
    .when(wish('1', { bracket }))
    .then(approve('buy', '1'))
    .when(fill('t-6-0', 'buy', '1'))
    .then()
    .when(byHand('a', 'buy', '1'))
    .then(told)
    .restarted()
    .when(byHand('b', 'buy', '1'))
    .then()
    .when(byHand('c', 'sell', '1', { instrument: eth }))
    .then()
})

test.each([{ sharedExits: 'allow' }, {}])('[R56] with %o nobody is refused or told', (settings) => {
  scene(settings)
    .when(byHand('a', 'buy', '1'))
    .then()
    .when(wish('1', { bracket }))
    .then(approve('buy', '1', { bracket }))
    .when(wish('1', other))
    .then(approve('buy', '1', other))
    .when(fill('t-9-0', 'buy', '1', other))
    .then()
})

test('[R56] [R22] a late fill of an exit that closes the position leaves no place that is held', () => {
  const cancelOf = (kind: string) => ({ ...canceled(`t-6-0-1${kind}`) })
  const closed = scene()
    .when(wish('1', { bracket }))
    .then(approve('buy', '1'))
    .when(fill('t-6-0', 'buy', '1'))
    .then()
  closed.when(exit('t-6-0-1s', '1')).then()
  closed.when(exit('t-6-0-1p', '1')).then()
  closed.when(cancelOf('s')).then()
  closed.when(cancelOf('p')).then()
  // The fill of the profit lost the race with its cancel.
  closed.when(fill('t-6-0-1p', 'sell', '1')).then()
  closed.when(wish('1', { bracket, ...other })).then(approve('buy', '1', other))
})
