import { expect, it } from 'vitest'
import { fuzzRouter } from './harness-fuzz.ts'

// The long form, which also compares how long the honest wait with and without them: npm run fuzz:bus -- --frames 100000 --seed 1
const frames = Number(process.env.TRADER_FUZZ_FRAMES ?? 1_500)
const seed = Number(process.env.TRADER_FUZZ_SEED ?? Math.floor(Date.now() / 86_400_000))

it(
  `[R16] [R19] [R20] [R21] ${frames} malformed frames get one error each, and the router stays small: seed ${seed}`,
  async () => {
    const tally = await fuzzRouter(frames, seed)
    expect({ seed, wrong: tally.wrong }).toEqual({ seed, wrong: [] })
    expect(tally.frames).toBe(frames)
    expect(Object.keys(tally.outcomes).length).toBeGreaterThan(10)
    expect(tally.rssGrewBytes).toBeLessThan(100 << 20)
  },
  60_000 + frames * 60,
)
