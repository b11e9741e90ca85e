import { expect, it } from 'vitest'
import { fuzzServed } from './served-fuzz.ts'

// The long form: npm run fuzz:venue -- --requests 20000 --seed 1
const requests = Number(process.env.TRADER_FUZZ_REQUESTS ?? 1_500)
const seed = Number(process.env.TRADER_FUZZ_SEED ?? Math.floor(Date.now() / 86_400_000))

it(
  `[B4] [B5] ${requests} malformed requests get one answer each at the served venue, and its account adds up: seed ${seed}`,
  async () => {
    const tally = await fuzzServed(requests, seed)
    expect({ seed, wrong: tally.wrong }).toEqual({ seed, wrong: [] })
    expect(tally.requests).toBe(requests)
    expect(Object.keys(tally.outcomes).length).toBeGreaterThan(30)
    expect(tally.rssGrewBytes).toBeLessThan(100 << 20)
  },
  60_000 + requests * 60,
)
