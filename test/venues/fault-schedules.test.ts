import { describe, expect, it } from 'vitest'
import { drawBelow, seedRandom } from '#lib/market/seeded-random.ts'
import { drawFault, type Fault } from './exchange-box.ts'
import { type Wire, wires } from './made-market.ts'
import { playSchedule } from './virtual-session.ts'

// FAULT_SCHEDULES=1000 npx vitest run test/venues plays the long form.
const schedules = Number(process.env.FAULT_SCHEDULES ?? 60)
const firstSeed = Number(process.env.FAULT_SEED ?? 1)

// An update that ended with the snapshot came late, and was applied behind newer ones; a stale snapshot, or
// that a connection had just been replaced, made a book forget what was refused since.
const failedOnce = [82, 115, 451, 7218, 7963, 4239, 3529, 3730, 3534, 3694, 700490, 2011329, 2011563, 2014330]

function drawn(wire: Wire, seed: number) {
  const random = seedRandom(seed)
  const faults = new Map<number, Fault>()
  const frames = 300
  const count = 1 + drawBelow(random, 12)
  for (let i = 0; i < count; i++) {
    const fault = drawFault(random)
    // Of two in a row only the second may be noticed.
    if (fault !== 'restart' || ![...faults.values()].includes(fault))
      faults.set(5 + drawBelow(random, frames - 5), fault)
  }
  // Some connections are slower than others, and a third of the schedules replaces them all the time.
  const lags = Array.from({ length: 16 }, () => 1 + drawBelow(random, 140))
  const rolloverMs = drawBelow(random, 3) === 0 ? 2_000 + drawBelow(random, 3_000) : undefined
  return playSchedule({ wire, seed, faults, frames, rolloverMs, lagMs: (socket) => lags[socket % 16] as number })
}

describe('an exchange on its bad days', () => {
  it(`[MD-L3] ${schedules} seeded schedules of faults: nothing is lost in silence, and the book is exact again`, () => {
    const broken: unknown[] = []
    const codes = new Map<string, number>()
    const seeds = [...Array.from({ length: schedules }, (_, i) => firstSeed + i), ...failedOnce]
    for (const seed of seeds) {
      const wire = wires[seed % wires.length] as Wire
      const played = drawn(wire, seed)
      for (const [code, count] of played.codes) codes.set(code, (codes.get(code) ?? 0) + count)
      if (played.found.length > 0)
        broken.push({ seed, wire: wire.name, found: played.found.slice(0, 3), frames: played.frames })
    }
    expect(broken).toEqual([])
    for (const code of [
      ...['connected', 'disconnected', 'stalled', 'bad_frame', 'repeated', 'http_error', 'rate_limited'],
      'sequence_restarted',
    ])
      expect({ code, isSeen: codes.has(code) }).toEqual({ code, isSeen: true })
  }, 600_000)

  it.each(
    wires.flatMap((wire) => [0, 1].map((slow) => ({ name: wire.name, wire, slow, which: ['even', 'odd'][slow] }))),
  )(
    '[MD-L4] $name: a connection that grows old is replaced without a gap, $which connections 130 ms slower',
    ({ wire, slow }) => {
      const lagMs = (socket: number) => (socket % 2 === slow ? 131 : 1)
      const { found, facts, codes } = playSchedule({
        ...{ wire, seed: 7, faults: new Map(), frames: 1500, rolloverMs: 8_000, lagMs },
      })
      expect(found).toEqual([])
      expect(facts.filter(({ topic }) => topic === 'md.gap')).toEqual([])
      expect(codes.get('connected')).toBeGreaterThan(2)
      expect([codes.has('repeated'), codes.has('late')]).toEqual([false, false])
    },
  )

  it.each(wires)('[MD-N1] $name: the same schedule is the same facts', (wire) => {
    const faults = new Map<number, Fault>([
      [40, 'drop'],
      [80, 'abort'],
      [160, 'half-open'],
    ])
    const once = () => JSON.stringify(playSchedule({ wire, seed: 3, faults, frames: 200 }).facts)
    expect(once()).toBe(once())
  })
})
