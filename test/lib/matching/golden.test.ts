import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { compareRational, rationalOf, subtractRational } from '#lib/accounting/rational.ts'
import { QueueCase, queueAnswer } from '#lib/matching/queue-case.ts'
import { WalkCase, walkAnswer } from '#lib/matching/walk-case.ts'
import { describeShared, sharedDir } from '#test/shared.ts'

type Line = { readonly id: number; readonly expected: unknown }
const linesOf = (file: string): Line[] =>
  readFileSync(`${sharedDir}golden/exchange/${file}`, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Line)

describeShared('golden exchange', () => {
  test('[M1]-[M4] book_walk.jsonl: fills, status, prices, slippage and fee of every order', () => {
    const lines = linesOf('book_walk.jsonl')
    for (const { expected, ...given } of lines) {
      const answer = { id: given.id, ...walkAnswer(WalkCase.parse(given)) }
      for (const [field, wanted] of Object.entries(expected as Record<string, unknown>)) {
        const found = answer[field as keyof typeof answer]
        // What is divided is rounded at the 40th digit there, before it is used again.
        if (typeof wanted === 'string' && divided.includes(field))
          expect(isWithin(found as string, wanted, '1e-32'), field).toBe(true)
        else expect({ id: given.id, field, found }).toEqual({ id: given.id, field, found: wanted })
      }
    }
    expect(lines.length).toBe(150)
  })

  test('[M5] [M6] queue_conservative.jsonl: fill, rest and place in the queue after every event', () => {
    const lines = linesOf('queue_conservative.jsonl')
    let steps = 0
    for (const { expected, ...given } of lines) {
      const answer = queueAnswer(QueueCase.parse(given))
      steps += answer.length
      expect({ id: given.id, answer }).toEqual({ id: given.id, answer: expected })
    }
    expect([lines.length, steps]).toEqual([150, 1071])
  })
})

const divided = ['avg_price', 'slippage_vs_mid_bps', 'slippage_vs_touch_bps']

function isWithin(found: string, wanted: string, tolerance: string): boolean {
  const difference = subtractRational(rationalOf(found), rationalOf(wanted))
  const size = rationalOf(tolerance)
  return (
    compareRational(difference, size) <= 0 && compareRational(subtractRational(rationalOf('0'), size), difference) <= 0
  )
}
