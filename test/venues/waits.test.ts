import { describe, expect, it } from 'vitest'
import { seedRandom } from '#lib/market/seeded-random.ts'
import { startBudget } from '#lib/time/request-budget.ts'
import { backoffMs } from '#services/md/adapters/live/backoff-jitter.ts'
import { startSession } from '#services/md/adapters/live/session.ts'
import type { SessionInput } from '#services/md/adapters/live/session-wire.ts'
import { type Wire, wires } from './made-market.ts'
import { sessionOf, type Timeless } from './session-of.ts'

const ms = 1_000

function started(seed: number) {
  let at = 1_700_000_040_000 * ms
  const step = startSession({
    ...sessionOf(wires[0] as Wire, ['trades']),
    ...{ listings: [], budget: startBudget(2_400), random: seedRandom(seed), stallMs: 20_000 },
  })
  let wakeAt = 0
  const connects: number[] = []
  const say = (input: Timeless<SessionInput>): void => {
    const done = step({ ...input, at } as SessionInput)
    wakeAt = done.wakeAt
    for (const act of done.acts) if (act.kind === 'connect') connects.push(act.socket)
  }
  say({ kind: 'start' })
  return {
    say,
    connects,
    pass: (forMs: number) => {
      at += forMs * ms
    },
    /** How long it is until the session connects again, when it is woken as it asks and a millisecond earlier. */
    waitedMs(): number {
      const from = at
      const before = connects.length
      while (connects.length === before) {
        const due = wakeAt
        at = due - ms
        if (at > from) say({ kind: 'tick' })
        if (connects.length > before) break
        at = due
        say({ kind: 'tick' })
      }
      return (at - from) / ms
    },
  }
}

describe('[MD-L5] the wait before the next connection', () => {
  it('doubles with each one that did not open, up to 30 s, half of it by chance', () => {
    const { say, connects, waitedMs } = started(3)
    const chance = seedRandom(3)
    for (let attempt = 0; attempt < 9; attempt++) {
      expect(connects).toHaveLength(attempt + 1)
      say({ kind: 'closed', socket: connects.at(-1) as number, reason: 'refused' })
      expect(connects).toHaveLength(attempt + 1)
      expect(waitedMs()).toBe(backoffMs(attempt, chance))
    }
  })

  it('goes on where a connection was short, and begins anew behind one that lived for a minute', () => {
    const { say, connects, pass, waitedMs } = started(4)
    const waits: number[] = []
    for (const livedMs of [0, 1_000, 59_999, 60_000, 1_000]) {
      const socket = connects.at(-1) as number
      say({ kind: 'opened', socket })
      pass(livedMs)
      say({ kind: 'closed', socket, reason: 'abrupt' })
      waits.push(waitedMs())
    }
    const most = [250, 500, 1_000, 250, 500]
    waits.forEach((wait, i) => {
      expect(wait).toBeGreaterThanOrEqual((most[i] as number) / 2)
      expect(wait).toBeLessThanOrEqual((most[i] as number) + 1)
    })
  })
})
