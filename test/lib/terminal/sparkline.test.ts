import { describe, expect, it } from 'vitest'
import { curve, sparkline } from '#lib/terminal/sparkline.ts'

describe('sparkline', () => {
  it('draws the newest numbers between their lowest and highest', () => {
    expect(sparkline([9, 0, 1, 2, 3, 4, 5, 6, 7], 8)).toBe('▁▂▃▄▅▆▇█')
    expect(sparkline([5, 5, 5], 8)).toBe('▄▄▄')
  })

  it('draws a whole curve in as many blocks as there is room for, its last number included', () => {
    const rising = Array.from({ length: 1_000 }, (_, i) => i)
    expect(curve(rising, 8)).toBe('▁▂▃▄▅▆▇█')
    expect(curve([...rising.slice(0, 999), -5_000], 8).endsWith('▁')).toBe(true)
    expect(curve([1, 2], 48)).toBe('▁█')
    expect(curve([], 48)).toBe('')
  })
})
