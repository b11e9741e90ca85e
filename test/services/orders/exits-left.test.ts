import { expect, it } from 'vitest'
import { parseExact } from '#lib/bars/exact-decimal.ts'
import { type ExitsLeft, openedBy, openLeft, takeOff } from '#services/orders/exits-left.ts'

const here = { strategy: 'a', instrument: 'SPY.USA', side: 'sell' } as const
const leftOf = (exitsLeft: ExitsLeft) =>
  Object.fromEntries([...exitsLeft].map(([fill, { quantity }]) => [fill, quantity]))

function twoFills(): ExitsLeft {
  const exitsLeft: ExitsLeft = new Map()
  openLeft(exitsLeft, 't-1-0-1', { ...here, quantity: '2', since: 1 })
  openLeft(exitsLeft, 't-1-0-2', { ...here, quantity: '3', since: 1 })
  return exitsLeft
}

it('[O19] an exit closes of its own fill first, and what is beyond of the oldest', () => {
  const exitsLeft = twoFills()
  expect(takeOff(exitsLeft, { clientOrderId: 't-1-0-2s', ...here, quantity: '4.5' })).toEqual(['t-1-0-2'])
  expect(leftOf(exitsLeft)).toEqual({ 't-1-0-1': '0.5' })
})

it('[O29] another order takes off the oldest fill first; then the next', () => {
  const exitsLeft = twoFills()
  expect(takeOff(exitsLeft, { clientOrderId: 't-9-0', ...here, quantity: '2.5' })).toEqual(['t-1-0-1'])
  expect(leftOf(exitsLeft)).toEqual({ 't-1-0-2': '2.5' })
  expect(takeOff(exitsLeft, { clientOrderId: 't-9-0', ...here, quantity: '4' })).toEqual(['t-1-0-2'])
})

it.each([{ strategy: 'b' }, { instrument: 'QQQ.USA' }, { side: 'buy' as const }])(
  '[O29] what fills elsewhere, or on the other side, takes nothing off: %o',
  (other) => {
    const exitsLeft = twoFills()
    expect(takeOff(exitsLeft, { clientOrderId: 't-9-0', ...here, ...other, quantity: '4' })).toEqual([])
    expect(leftOf(exitsLeft)).toEqual({ 't-1-0-1': '2', 't-1-0-2': '3' })
  },
)

it('[O29] a fill told again is known', () => {
  const exitsLeft = twoFills()
  openLeft(exitsLeft, 't-1-0-1', { ...here, quantity: '9', since: 1 })
  expect(leftOf(exitsLeft)).toEqual({ 't-1-0-1': '2', 't-1-0-2': '3' })
})

it.each([
  ['0', 'buy', '4', '4'],
  ['3', 'buy', '4', '4'],
  ['-3', 'buy', '4', '1'],
  ['-3', 'buy', '2', '0'],
  ['-3', 'sell', '2', '2'],
  ['2.5', 'sell', '2.75', '0.25'],
  ['2.5', 'sell', '2.5', '0'],
] as const)('[O29] where %s was, %s %s opens %s', (held, side, quantity, opened) => {
  expect(openedBy(parseExact(held), { side, quantity })).toBe(opened)
})
