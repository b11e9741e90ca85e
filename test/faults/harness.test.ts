import { expect, it } from 'vitest'
import { Harness } from './harness.ts'

// The long form: npm run faults -- --rounds 500 --seed 7
const rounds = Number(process.env.TRADER_FAULT_ROUNDS ?? 8)
/** 2, 7 and 2611 have found something once. */
const seeds = [1, 2, 7, 2611]

it.each(seeds)(
  '[R1] [R2] [R3] [R4] [R5] under kills, stops, cut lines and torn tails nothing is lost, twice or out of order: seed %i',
  async (seed) => {
    const harness = new Harness(seed)
    await harness.open()
    try {
      for (let round = 0; round < rounds; round++)
        expect({ seed, round, isWell: await harness.round(), ...found(harness) }).toEqual({ seed, round, isWell: true })
    } finally {
      await harness.close()
    }
    expect(harness.tally).toMatchObject({ rounds, violations: [] })
    expect(harness.tally.events).toBeGreaterThan(rounds * 100)
  },
  120_000 + rounds * 60_000,
)

const found = ({ tally, history }: Harness) =>
  tally.violations.length === 0 ? {} : { violations: tally.violations, history: history.slice(-60) }
