import { expect, test } from 'vitest'
import {
  approvalOf,
  clientOrderIdOf,
  compareAnswers,
  exitInPlaceOf,
  exitNameOf,
  isRiskAnswer,
} from '#lib/domain/client-order-id.ts'

test('an approval and the id of its order name each other', () => {
  expect(clientOrderIdOf('risk:42.1')).toBe('t-42-1')
  expect(approvalOf('t-42-1')).toBe('risk:42.1')
})

test('what is no answer of risk has no order id, and a foreign order id no approval', () => {
  for (const id of ['orders:42.0', 'risk:e1.7', 'nonsense']) {
    expect(() => clientOrderIdOf(id)).toThrow()
    expect(isRiskAnswer(id)).toBe(false)
  }
  for (const id of ['web_1', 't-1', 't-1-2-3', 'x-1-2', 't-9999999999999999-0']) expect(approvalOf(id)).toBeNull()
})

test('later answers are greater, by their cause first', () => {
  expect(compareAnswers('risk:9.5', 'risk:10.0')).toBeLessThan(0)
  expect(compareAnswers('risk:10.2', 'risk:10.10')).toBeLessThan(0)
  expect(compareAnswers('risk:10.2', 'risk:10.2')).toBe(0)
})

test('an exit has one name however often it is sent, and its approval is that of its entry', () => {
  for (const id of ['t-42-0-1s', 't-42-0-1s2', 't-42-0-1s13']) expect(exitNameOf(id)).toBe('t-42-0-1s')
  expect(exitNameOf('t-42-0')).toBeNull()
  expect(approvalOf('t-42-0-1m')).toBe('risk:42.0')
})

test('in place of an exit comes the same twice more, then for a stop an order at the market, at once where it was rejected', () => {
  const after = (id: string, times = 1) => [exitInPlaceOf(id, false, times), exitInPlaceOf(id, true, times)]
  expect(after('t-4-0-1s')).toEqual(['t-4-0-1s2', 't-4-0-1m'])
  expect(after('t-4-0-1s7', 2)).toEqual(['t-4-0-1s8', 't-4-0-1m'])
  expect(after('t-4-0-1s8', 3)).toEqual(['t-4-0-1m', 't-4-0-1m'])
  expect(after('t-4-0-1p')).toEqual(['t-4-0-1p2', null])
  expect(after('t-4-0-1p3', 3)).toEqual([null, null])
  expect(after('t-4-0-1m')).toEqual([null, null])
  expect(after('t-4-0')).toEqual([null, null])
})
