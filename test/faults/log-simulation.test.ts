import { describe, expect, it } from 'vitest'
import { durableSteps } from '#test/faults/durable-steps.ts'
import { simulateLogs } from '#test/faults/log-simulation.ts'

const crashes = Number(process.env.TRADER_SIMULATED_CRASHES ?? 10_000)
const seed = Number(process.env.TRADER_SEED ?? 20_261_125)

describe('the log over a disk that loses, reorders and tears what was not synced', () => {
  it(`[J17] loses, repeats and invents nothing through ${crashes} crashes`, { timeout: 600_000 }, async () => {
    const { violation, seed: last, ...counted } = await simulateLogs(crashes, { seed })
    process.stderr.write(
      `simulated log: ${counted.crashes} crashes, ${counted.events} events, seeds ${seed} to ${last}\n`,
    )
    expect({ violation, seed: last }).toEqual({ violation: null, seed: last })
    expect(counted.crashes).toBeGreaterThanOrEqual(crashes)
  })

  it('[J18] of what is acknowledged when written it loses at most the end, and only by a power cut', async () => {
    const { violation, seed: last } = await simulateLogs(1_000, { seed, durability: { md: 'written' } })
    expect({ violation, seed: last }).toEqual({ violation: null, seed: last })
  })

  // Each of these showed something that was then mended.
  it.each([7, 3, 32, 10_069, 20_261_268, 20_267_670])('[J17] holds for seed %i', async (pinned) => {
    expect(await simulateLogs(1, { seed: pinned })).toMatchObject({ violation: null })
  })
})

describe('every step that makes something durable is needed', () => {
  it.each(durableSteps)('[J17] $how, $step is missed', { timeout: 120_000 }, async ({ step, how, seed: from }) => {
    const { violation } = await simulateLogs(4_000, { seed: from, mutation: { step, how } })
    expect(violation).not.toBeNull()
  })
})
