import { expect, test } from 'vitest'
import { ClosedTrades } from '#compose/closed-trades.ts'

test('a trade ends when its position is flat or turns, and bears the fees since the last end', () => {
  const trades = new ClosedTrades()
  const update = (strategy: string, position: string, realized: string, fees: string) =>
    trades.take({
      ...{ strategy, instrument: 'SPY.USA', currency: 'USD', position, averagePrice: null, mark: '1' },
      ...{ realized, unrealized: '0', fees },
    })
  update('a', '10', '0', '1')
  update('b', '-5', '0', '0')
  update('a', '4', '30', '2')
  expect(trades.profits).toEqual([])
  update('a', '0', '50', '3')
  update('a', '-3', '50', '4')
  update('a', '2', '41', '6')
  update('b', '0', '-7', '0')
  expect(trades.profits).toEqual([47, -12, -7])
})
