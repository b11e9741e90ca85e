import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { onDisconnect, onSnapshot, onUpdate, type SyncRule, type SyncStep, startSync } from '#lib/book/book-sync.ts'
import { endRun, onNumber, startRun } from '#lib/book/sequence-run.ts'

const spot: SyncRule = { repeatsLast: false, isSnapshotInStream: false }
const futures: SyncRule = { repeatsLast: true, isSnapshotInStream: false }
const up = (first: number, last: number) => ({ previous: first - 1, last })
const lasts = (step: SyncStep<{ previous: number; last: number }>) => step.apply.map(({ last }) => last)

describe('[MD-N5] book by sequence numbers', () => {
  it('holds updates back until a snapshot stands under them, and drops those that it holds', () => {
    const sync = startSync(false)
    expect(onUpdate(sync, up(1, 3), spot, true)).toEqual({ apply: [], isSnapshotWanted: true })
    expect(onUpdate(sync, up(4, 6), spot, true)).toEqual({ apply: [], isSnapshotWanted: true })
    expect(onUpdate(sync, up(7, 9), spot, true)).toEqual({ apply: [], isSnapshotWanted: true })
    const step = onSnapshot(sync, 6, spot)
    expect(step.takesSnapshot).toBe(true)
    expect(lasts(step)).toEqual([9])
    expect(lasts(onUpdate(sync, up(10, 12), spot, true))).toEqual([12])
  })

  it('an update that ends with the snapshot is said again for futures only, also when it comes behind the snapshot', () => {
    for (const [rule, count] of [
      [spot, 0],
      [futures, 1],
    ] as const) {
      const early = startSync(false)
      onUpdate(early, up(4, 6), rule, true)
      expect(onSnapshot(early, 6, rule).apply).toHaveLength(count)
      const late = startSync(false)
      onSnapshot(late, 6, rule)
      expect(onUpdate(late, up(4, 6), rule, true).apply).toHaveLength(count)
      expect(onUpdate(late, up(1, 3), rule, true)).toEqual({ apply: [], dropped: 'covered' })
      expect(lasts(onUpdate(late, up(7, 8), rule, true))).toEqual([8])
    }
  })

  it('a snapshot that is older than what was held is asked for again', () => {
    const sync = startSync(false)
    onUpdate(sync, up(10, 12), spot, true)
    expect(onSnapshot(sync, 5, spot)).toEqual({ apply: [], dropped: 'stale_snapshot', isSnapshotWanted: true })
    expect(lasts(onSnapshot(sync, 9, spot))).toEqual([12])
  })

  it('a hole opens a gap and asks for a snapshot, which closes it with all that only it holds', () => {
    const sync = startSync(true)
    onUpdate(sync, up(1, 3), spot, true)
    expect(onUpdate(sync, up(6, 7), spot, true)).toEqual({
      apply: [],
      opened: { from: 4, to: 5 },
      isSnapshotWanted: true,
    })
    const step = onSnapshot(sync, 9, spot)
    expect(step).toMatchObject({ takesSnapshot: true, closed: { from: 4, to: 9, how: 'snapshot' } })
    expect(sync.last).toBe(9)
  })

  it('what came late fills the hole, and what was held behind it follows', () => {
    const sync = startSync(true)
    onUpdate(sync, up(1, 3), spot, true)
    onUpdate(sync, up(6, 7), spot, true)
    const step = onUpdate(sync, up(4, 5), spot, true)
    expect(lasts(step)).toEqual([5, 7])
    expect(step.closed).toEqual({ from: 4, to: 5, how: 'filled' })
  })

  it('of a hole that is filled at its beginning only that is closed, and the rest is a hole of its own', () => {
    const sync = startSync(true)
    onUpdate(sync, up(1, 3), spot, true)
    onUpdate(sync, up(8, 8), spot, true)
    expect(onUpdate(sync, up(4, 5), spot, true)).toMatchObject({
      closed: { from: 4, to: 5, how: 'filled' },
      reopened: { from: 6, to: 7 },
    })
    expect(onSnapshot(sync, 8, spot).closed).toEqual({ from: 6, to: 8, how: 'snapshot' })
  })

  it('repeated and late updates are told apart and never applied again', () => {
    const sync = startSync(true)
    onUpdate(sync, up(1, 3), spot, false)
    onUpdate(sync, up(4, 6), spot, false)
    expect(onUpdate(sync, up(4, 6), spot, false)).toEqual({ apply: [], dropped: 'repeated' })
    expect(onUpdate(sync, up(1, 3), spot, false)).toEqual({ apply: [], dropped: 'late' })
  })

  it('where no snapshot will come the stream goes on behind a hole, which stays open', () => {
    const sync = startSync(true)
    onUpdate(sync, up(1, 3), spot, false)
    expect(onUpdate(sync, up(6, 7), spot, false)).toMatchObject({ apply: [up(6, 7)], opened: { from: 4, to: 5 } })
    expect(lasts(onUpdate(sync, up(8, 8), spot, false))).toEqual([8])
  })

  it('after a disconnection nothing is applied before a snapshot, and what was missed is a gap that it closes', () => {
    const sync = startSync(true)
    onUpdate(sync, up(1, 3), spot, true)
    onDisconnect(sync)
    expect(onSnapshot(sync, 8, spot)).toMatchObject({
      opened: { from: 4, to: 8 },
      takesSnapshot: true,
      closed: { from: 4, to: 8, how: 'snapshot' },
    })
  })

  it('a snapshot in the middle of the stream is a gap that it closes, where it holds what was not told', () => {
    const inStream: SyncRule = { repeatsLast: false, isSnapshotInStream: true }
    const sync = startSync(false)
    onSnapshot(sync, 100, inStream)
    onUpdate(sync, up(101, 101), inStream, true)
    expect(onSnapshot(sync, 500, inStream)).toMatchObject({
      opened: { from: 102, to: 500 },
      takesSnapshot: true,
      closed: { from: 102, to: 500, how: 'snapshot' },
    })
    const counted: SyncRule = { ...inStream, countsSnapshots: true }
    expect(onSnapshot(sync, 501, counted)).toEqual({ apply: [], takesSnapshot: true })
  })

  it('whatever is dropped, repeated and reordered: numbers are applied once, in order, and every other one is in a gap or a snapshot', () => {
    const fault = fc.constantFrom('ok', 'ok', 'ok', 'drop', 'repeat', 'swap', 'snapshot', 'stale', 'disconnect')
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: 1, max: 4 }), fault), { maxLength: 60 }),
        fc.boolean(),
        (plan, isFutures) => {
          const rule = isFutures ? futures : spot
          const sync = startSync<{ previous: number; last: number }>(false)
          const applied: number[] = []
          const gaps: { from: number; to: number }[] = []
          const snapshots: number[] = []
          const take = (step: SyncStep<{ previous: number; last: number }>, snapshot = 0) => {
            if (step.takesSnapshot === true) snapshots.push(snapshot)
            for (const hole of [step.opened, step.closed, step.reopened]) if (hole !== undefined) gaps.push(hole)
            for (const { last } of step.apply) applied.push(last)
          }
          let newest = 0
          let held: { previous: number; last: number } | null = null
          for (const [length, what] of plan) {
            const update = { previous: newest, last: newest + length }
            newest += length
            if (what === 'swap') {
              held = update
              continue
            }
            if (what !== 'drop') take(onUpdate(sync, update, rule, true))
            if (what === 'repeat') take(onUpdate(sync, update, rule, true))
            if (held !== null && what !== 'drop') {
              take(onUpdate(sync, held, rule, true))
              held = null
            }
            if (what === 'snapshot') take(onSnapshot(sync, newest, rule), newest)
            if (what === 'stale') take(onSnapshot(sync, Math.max(0, newest - 5), rule), Math.max(0, newest - 5))
            if (what === 'disconnect') onDisconnect(sync)
          }
          take(onSnapshot(sync, newest, rule), newest)
          take(onUpdate(sync, { previous: newest, last: newest + 1 }, rule, true))
          if (sync.isWaiting) take(onSnapshot(sync, newest + 1, rule), newest + 1)
          expect(sync.isWaiting).toBe(false)
          expect(sync.last).toBe(newest + 1)
          const isRising = applied.every((last, i) => i === 0 || last > (applied[i - 1] as number))
          expect(isRising).toBe(true)
          const first = snapshots[0] as number
          let at = 0
          for (const [length] of plan) {
            at += length
            const isAccounted =
              at <= first || applied.includes(at) || gaps.some(({ from, to }) => from <= at && at <= to)
            expect({ at, isAccounted }).toEqual({ at, isAccounted: true })
          }
        },
      ),
      { numRuns: 500 },
    )
  })
})

describe('[MD-N5] trades that are numbered one by one', () => {
  it('a gap is filled by what comes late; the rest is given up at the end', () => {
    const run = startRun()
    expect([5, 6].map((number) => onNumber(run, number).kind)).toEqual(['next', 'next'])
    expect(onNumber(run, 9)).toEqual({ kind: 'gap', from: 7, to: 8, given: undefined })
    expect(onNumber(run, 7)).toEqual({ kind: 'filled', closed: null })
    expect(onNumber(run, 7)).toEqual({ kind: 'repeated' })
    expect(onNumber(run, 8)).toMatchObject({ kind: 'filled', closed: { from: 7, to: 8 } })
    expect(onNumber(run, 6)).toEqual({ kind: 'repeated' })
    onNumber(run, 12)
    for (let number = 13; number < 212; number++) expect(onNumber(run, number)).toEqual({ kind: 'next' })
    expect(onNumber(run, 212)).toMatchObject({ kind: 'next', given: [{ from: 10, to: 11, left: 2 }] })
    onNumber(run, 215)
    expect(endRun(run)).toMatchObject({ missing: [{ from: 213, to: 214, left: 2 }], refused: null })
  })
})

describe('[MD-N5] a trade that is older than the first', () => {
  it('is told, and what lies between them is a gap that what comes late fills', () => {
    const run = startRun()
    onNumber(run, 10, 100)
    onNumber(run, 11, 101)
    expect(onNumber(run, 9, 99)).toEqual({ kind: 'filled', closed: null })
    expect(onNumber(run, 9, 99)).toEqual({ kind: 'repeated' })
    expect(onNumber(run, 6, 96)).toEqual({ kind: 'gap', from: 7, to: 8 })
    expect(onNumber(run, 8, 98)).toEqual({ kind: 'filled', closed: null })
    expect(onNumber(run, 7, 97)).toMatchObject({ kind: 'filled', closed: { from: 7, to: 8 } })
    expect(onNumber(run, 10, 100)).toEqual({ kind: 'repeated' })
    expect(onNumber(run, 12, 102)).toEqual({ kind: 'next' })
  })

  it('is a repeat where what was told before is known', () => {
    const run = startRun(10, 100)
    expect(onNumber(run, 9, 99)).toEqual({ kind: 'repeated' })
  })

  it('is one of an exchange that counts anew where its time is newer', () => {
    const run = startRun()
    onNumber(run, 1_000, 100)
    expect(onNumber(run, 5, 101)).toEqual({ kind: 'behind' })
  })
})

describe('[MD-N5a] what is refused before numbers are seen to begin anew', () => {
  it('is a hole that is lost, for a book from its lowest update to the snapshot', () => {
    const sync = startSync(false)
    onUpdate(sync, up(1_000, 1_000), spot, true)
    onSnapshot(sync, 1_000, spot)
    for (let n = 5; n < 25; n++) onUpdate(sync, up(n, n), spot, true)
    expect(onSnapshot(sync, 24, spot)).toMatchObject({
      restarted: { after: 1_000, at: 24 },
      refused: { from: 5, to: 24 },
    })
    expect(lasts(onUpdate(sync, up(25, 25), spot, true))).toEqual([25])
  })

  it('begins with the first of them, also when a snapshot came meanwhile that ends where the book is', () => {
    const sync = startSync<{ previous: number; last: number }>(false)
    onSnapshot(sync, 1_000, spot)
    onDisconnect(sync)
    const update = (last: number) => onUpdate(sync, { previous: last - 1, last }, spot, true)
    update(8)
    expect(onSnapshot(sync, 1_000, spot)).toMatchObject({ takesSnapshot: true })
    for (let last = 9; last < 40; last++) update(last)
    expect(onSnapshot(sync, 39, spot)).toMatchObject({
      restarted: { after: 1_000, at: 39 },
      refused: { from: 8, to: 39 },
    })
  })

  it('begins with the first of them, also when one of before came late, which its time tells', () => {
    const sync = startSync<{ previous: number; last: number; at: number }>(false)
    onSnapshot(sync, 1_000, spot)
    const update = (last: number, at: number) => onUpdate(sync, { previous: last - 1, last, at }, spot, true)
    update(5, 60)
    expect(update(1_001, 50).apply).toHaveLength(1)
    for (let last = 6; last < 26; last++) update(last, 60 + last)
    expect(onSnapshot(sync, 25, spot)).toMatchObject({ refused: { from: 5, to: 25 } })
    const run = startRun(1_000, 40)
    onNumber(run, 5, 60)
    expect(onNumber(run, 1_001, 50)).toMatchObject({ kind: 'next' })
    for (let n = 6; n < 25; n++) onNumber(run, n, 60 + n)
    expect(onNumber(run, 25, 90)).toMatchObject({ kind: 'restarted', refused: { from: 5, to: 24 } })
  })

  it('begins with what was held when the first snapshot was one of before', () => {
    const sync = startSync(false)
    for (let n = 5; n < 8; n++) onUpdate(sync, up(n, n), spot, true)
    onSnapshot(sync, 1_000, spot)
    for (let n = 8; n < 28; n++) onUpdate(sync, up(n, n), spot, true)
    expect(onSnapshot(sync, 27, spot)).toMatchObject({ refused: { from: 5, to: 27 } })
  })

  it('does not begin with what was late itself', () => {
    const sync = startSync<{ previous: number; last: number; at: number }>(false)
    onSnapshot(sync, 1_000, spot)
    const update = (last: number, at: number) => onUpdate(sync, { previous: last - 1, last, at }, spot, true)
    update(900, 40)
    update(1_001, 50)
    for (let last = 905; last < 925; last++) update(last, 60)
    expect(onSnapshot(sync, 924, spot)).toMatchObject({ refused: { from: 905, to: 924 } })
  })

  it('does not hold what was told before an update that never was', () => {
    const sync = startSync(false)
    onSnapshot(sync, 10, spot)
    onUpdate(sync, up(11, 11), spot, true)
    onUpdate(sync, { previous: 11, last: 2 ** 53 - 1 }, spot, true)
    for (let n = 10; n < 31; n++) onUpdate(sync, up(n, n), spot, true)
    expect(onSnapshot(sync, 30, spot)).toMatchObject({ refused: { from: 12, to: 30 } })
  })

  it('is ended without a snapshot where all of it is what only the newest update held', () => {
    const sync = startSync(false)
    onSnapshot(sync, 1, spot)
    onUpdate(sync, up(2, 2), spot, false)
    onUpdate(sync, { previous: 2, last: 2 ** 53 - 1 }, spot, false)
    for (let n = 4; n < 23; n++) expect(onUpdate(sync, up(n, n), spot, false)).toEqual({ apply: [], dropped: 'late' })
    const step = onUpdate(sync, up(23, 23), spot, false)
    expect(step).toMatchObject({ restarted: { at: 23 }, refused: { from: 4, to: 22 } })
    expect(lasts(step)).toEqual([23])
    expect(lasts(onUpdate(sync, up(24, 24), spot, false))).toEqual([24])
  })

  it('goes on being refused without a snapshot where another connection has told it', () => {
    const sync = startSync(false)
    onSnapshot(sync, 1, spot)
    for (let n = 2; n < 100; n++) onUpdate(sync, up(n, n), spot, false)
    for (let n = 2; n < 99; n++) expect(onUpdate(sync, up(n, n), spot, false)).toEqual({ apply: [], dropped: 'late' })
  })

  it('is a hole of trades, from the lowest to the one before it was seen', () => {
    const run = startRun()
    onNumber(run, 1_000, 1)
    for (let n = 5; n < 24; n++) expect(onNumber(run, n, n)).toEqual({ kind: 'behind' })
    expect(onNumber(run, 24, 24)).toEqual({ kind: 'restarted', after: 1_000, given: [], refused: { from: 5, to: 23 } })
  })

  it('is a hole as well where the end comes before it was seen', () => {
    const run = startRun()
    onNumber(run, 1_000, 1)
    for (let n = 5; n < 9; n++) onNumber(run, n, n)
    expect(endRun(run)).toEqual({ missing: [], refused: { from: 5, to: 8 } })
    expect(endRun(run)).toEqual({ missing: [], refused: null })
  })

  it('is seen as well where the newest number has no time that is believed', () => {
    const run = startRun()
    onNumber(run, 1_000, 1)
    onNumber(run, 1_001, null)
    expect(onNumber(run, 1_000, 1)).toEqual({ kind: 'repeated' })
    for (let n = 5; n < 24; n++) expect(onNumber(run, n, n)).toEqual({ kind: 'behind' })
    expect(onNumber(run, 24, 24)).toEqual({ kind: 'restarted', after: 1_001, given: [], refused: { from: 5, to: 23 } })
  })
})
