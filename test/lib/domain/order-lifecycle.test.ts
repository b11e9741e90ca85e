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

  test('an end that is said again, or in other words, changes nothing', () => {
    for (const status of ['canceled', 'expired', 'filled'] as const)
      for (const end of ['canceled', 'expired'] as const)
        expect(statusAfter(status, end), `${status}, ${end}`).toBe(status)
    expect(statusAfter('rejected', 'rejected')).toBe('rejected')
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
        const isMoved = before === 'pending_update' && order.status === 'partially_filled'
        const next = isMoved ? ['partially_filled'] : Object.values(orderLifecycle[before])
        const isLegal = before === order.status || next.includes(order.status)
        expect(isLegal, `${before} -> ${order.status}`).toBe(true)
        if (order.status === 'filled') expect(hundredths).toBe(100)
        if (order.status === 'partially_filled') expect(hundredths).toBeGreaterThan(0)
        if (order.status === 'accepted') expect(hundredths).toBe(0)
      }
    }),
  )
})

test('an order whose update is over is again what it was, or what was filled of it meanwhile makes it', () => {
  for (const over of ['updated', 'update_rejected'] as const) {
    const order = submittedOrder('3')
    applyHappening(order, 'accepted')
    applyHappening(order, 'update_requested')
    applyHappening(order, over)
    expect(order.status).toBe('accepted')
    applyHappening(order, 'update_requested')
    applyFill(order, 'a', '1')
    expect(order.status).toBe('pending_update')
    applyHappening(order, over)
    expect(order.status).toBe('partially_filled')
  }
})
