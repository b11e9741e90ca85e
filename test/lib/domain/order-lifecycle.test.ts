import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isEnded, orderHappenings, orderLifecycle, orderStatuses, statusAfter } from '#lib/domain/order-lifecycle.ts'
import { applyFill, applyHappening, submittedOrder } from '#lib/domain/order-progress.ts'

describe('the table of an order’s life', () => {
  test('an order that ended never works again', () => {
    for (const status of orderStatuses.filter(isEnded)) {
      for (const happening of orderHappenings) {
        const next = statusAfter(status, happening)
        expect(next === null || isEnded(next), `${status} -> ${happening} -> ${next}`).toBe(true)
      }
    }
  })

  test('every status is reached and every living one can end', () => {
    const reached = new Set(['initialized', ...Object.values(orderLifecycle).flatMap((next) => Object.values(next))])
    expect([...reached].sort()).toEqual([...orderStatuses].sort())
    for (const status of orderStatuses.filter((known) => !isEnded(known))) {
      expect(Object.values(orderLifecycle[status]).some(isEnded), status).toBe(true)
    }
  })

  test('only a cancel or an expiry can lose a race against a fill', () => {
    expect(statusAfter('canceled', 'filled')).toBe('filled')
    expect(statusAfter('expired', 'filled')).toBe('filled')
    expect(statusAfter('rejected', 'filled')).toBeNull()
    expect(statusAfter('denied', 'filled')).toBeNull()
    expect(statusAfter('filled', 'filled')).toBeNull()
  })
})

test('whatever is reported, an order holds distinct trades that sum to what is filled, never beyond its quantity', () => {
  const happening = fc.constantFrom(
    ...orderHappenings.filter((name) => name !== 'filled' && name !== 'partially_filled'),
  )
  const fill = fc.record({
    tradeId: fc.constantFrom('a', 'b', 'c', 'd', 'e'),
    hundredths: fc.integer({ min: 0, max: 120 }),
  })
  fc.assert(
    fc.property(fc.array(fc.oneof(happening, fill), { maxLength: 20 }), (reports) => {
      const order = submittedOrder('1.00')
      let hundredths = 0
      for (const report of reports) {
        const before = order.status
        if (typeof report === 'string') applyHappening(order, report)
        else if (applyFill(order, report.tradeId, (report.hundredths / 100).toFixed(2)) === 'applied')
          hundredths += report.hundredths
        expect(Number(order.filled) * 100).toBeCloseTo(hundredths, 6)
        expect(hundredths).toBeLessThanOrEqual(100)
        expect(new Set(order.tradeIds).size).toBe(order.tradeIds.length)
        const isLegal = before === order.status || Object.values(orderLifecycle[before]).includes(order.status)
        expect(isLegal, `${before} -> ${order.status}`).toBe(true)
        if (order.status === 'filled') expect(hundredths).toBe(100)
      }
    }),
  )
})
