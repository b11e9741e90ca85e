import { expect, test } from 'vitest'
import { SlippageFlag } from '#compose/venue-flags.ts'

test.each([
  ['none', { kind: 'none' }],
  ['ticks:2', { kind: 'ticks', ticks: 2 }],
  ['bps:1.5', { kind: 'bps', bps: 1.5 }],
  ['volume-share', { kind: 'volume-share', volumeLimit: 0.025, impact: 0.1 }],
  ['book-walk', { kind: 'book-walk' }],
])('%s is the model of that name', (text, model) => {
  expect(SlippageFlag.parse(text)).toEqual(model)
})

test.each(['', 'ticks', 'ticks:x', 'ticks:1.5', 'bps:-1', 'none:1', 'walk'])('%j is none', (text) => {
  expect(SlippageFlag.safeParse(text).success).toBe(false)
})
