import { expect, it } from 'vitest'
import { dropLeft, type ExitsLeft, openLeft, takeOff } from '#lib/domain/exits-left.ts'

const here = { strategy: 'a', instrument: 'SPY.USA', side: 'sell' } as const
const leftOf = (exitsLeft: ExitsLeft) =>
  Object.fromEntries([...exitsLeft].map(([fill, { quantity }]) => [fill, quantity]))

function twoFills(): ExitsLeft {
  const exitsLeft: ExitsLeft = new Map()
  openLeft(exitsLeft, 't-1-0-1', { ...here, quantity: '2', since: 5 })
  openLeft(exitsLeft, 't-1-0-2', { ...here, quantity: '3', since: 6 })
  return exitsLeft
}

it('[O19] an exit closes of its own fill first, and what is beyond of the oldest', () => {
  const exitsLeft = twoFills()
  expect(takeOff(exitsLeft, { clientOrderId: 't-1-0-2s', ...here, quantity: '4.5' })).toEqual({
    rest: '0',
    closed: ['t-1-0-2'],
  })
  expect(leftOf(exitsLeft)).toEqual({ 't-1-0-1': '0.5' })
})

it('[O29] another order takes off the oldest fill first; what no exit was to close is the rest', () => {
  const exitsLeft = twoFills()
  expect(takeOff(exitsLeft, { clientOrderId: 't-9-0', ...here, quantity: '2.5' })).toEqual({
    rest: '0',
    closed: ['t-1-0-1'],
  })
  expect(leftOf(exitsLeft)).toEqual({ 't-1-0-2': '2.5' })
  expect(takeOff(exitsLeft, { clientOrderId: 't-9-0', ...here, quantity: '4' })).toEqual({
    rest: '1.5',
    closed: ['t-1-0-2'],
  })
})

it.each([{ strategy: 'b' }, { instrument: 'QQQ.USA' }, { side: 'buy' as const }])(
  '[O29] what fills elsewhere, or on the other side, takes nothing off: %o',
  (other) => {
    const exitsLeft = twoFills()
    expect(takeOff(exitsLeft, { clientOrderId: 't-9-0', ...here, ...other, quantity: '4' })).toEqual({
      rest: '4',
      closed: [],
    })
    expect(leftOf(exitsLeft)).toEqual({ 't-1-0-1': '2', 't-1-0-2': '3' })
  },
)

it('[O24] a fill told again is known; a split forgets those of its instrument', () => {
  const exitsLeft = twoFills()
  openLeft(exitsLeft, 't-1-0-1', { ...here, quantity: '9', since: 7 })
  openLeft(exitsLeft, 't-2-0-1', { ...here, instrument: 'QQQ.USA', quantity: '1', since: 8 })
  expect(leftOf(exitsLeft)).toEqual({ 't-1-0-1': '2', 't-1-0-2': '3', 't-2-0-1': '1' })
  dropLeft(exitsLeft, 'SPY.USA')
  expect(leftOf(exitsLeft)).toEqual({ 't-2-0-1': '1' })
})
