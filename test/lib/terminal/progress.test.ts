import { describe, expect, it } from 'vitest'
import { progressLine, startProgress } from '#lib/terminal/progress.ts'

describe('progress', () => {
  it('shows share, count, rate and time left', () => {
    const options = { label: 'import', unit: 'lines', total: 2_000_000 }
    expect(progressLine(options, 500_000, 10_000)).toBe(
      'import  █████░░░░░░░░░░░░░░░  25 %  500,000 of 2,000,000 lines  50,000 lines/s  0:30 left',
    )
  })

  it('shows count and rate where the total is not known', () => {
    expect(progressLine({ label: 'read', unit: 'events' }, 1_000, 500)).toBe('read  1,000 events  2,000 events/s')
  })

  it('reads well before anything is done and past the end', () => {
    const options = { label: 'x', unit: 'bars', total: 10 }
    expect(progressLine(options, 0, 0)).toBe('x  ░░░░░░░░░░░░░░░░░░░░   0 %  0 of 10 bars  0 bars/s')
    expect(progressLine(options, 11, 1000)).toContain('100 %')
    expect(progressLine(options, 11, 1000)).toContain('0:00 left')
  })

  it('draws in place on a terminal, ten times a second at most', () => {
    const { written, progress, pass } = started(true)
    for (let done = 1; done <= 200; done++) {
      pass(1)
      progress.update(done)
    }
    progress.finish()
    expect(written.length).toBe(4)
    expect(written.every((text) => text.startsWith('\r') || text === '\n')).toBe(true)
  })

  it('elsewhere says a line each ten seconds, and nothing for what is over before', () => {
    const { written, progress, pass } = started(false)
    progress.update(5)
    pass(9_999)
    progress.update(6)
    expect(written).toEqual([])
    pass(1)
    progress.update(7)
    progress.finish()
    expect(written).toEqual(['x  █████░░░░░░░░░░░░░░░  25 %  7 of 28 bars  1 bars/s  0:30 left\n'])
  })
})

function started(isTTY: boolean) {
  const written: string[] = []
  let now = 0
  const stream = { isTTY, columns: 200, write: (text: string) => written.push(text) > 0 }
  const progress = startProgress({ label: 'x', unit: 'bars', total: 28, stream, nowMs: () => now })
  return { written, progress, pass: (ms: number) => (now += ms) }
}
