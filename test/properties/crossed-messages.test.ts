import { expect, it } from 'vitest'
import { CrossedMessages } from './crossed-messages.ts'

// CROSSED_ROUNDS=5000 CROSSED_SEED=1 npx vitest run test/properties/crossed-messages.test.ts is the long form.
const rounds = Number(process.env.CROSSED_ROUNDS ?? 400)
const firstSeed = Number(process.env.CROSSED_SEED ?? 1)

/** Runs that once had a fault. */
const pinned = [11_921, 30_366, 103_609]

it.each([
  ['nobody is silent for long and no fill is late', { isCalm: true, closes: false }],
  ['anybody may be silent, prices move and fills come late', { isCalm: false, closes: false }],
  ['the venue closes and opens', { isCalm: false, closes: true }],
] as const)(
  `[R7] [R47] [O2] [O18] [O26] [O30] [R22] ${rounds} runs in which messages cross, while %s`,
  (_, how) => {
    const found = new Map<string, number[]>()
    for (const seed of [...pinned, ...Array.from({ length: rounds }, (_, i) => firstSeed + i)])
      for (const fault of new CrossedMessages(seed, how).run(250)) {
        const seeds = found.get(fault) ?? []
        found.set(fault, [...seeds, seed])
      }
    expect(Object.fromEntries(found)).toEqual({})
  },
  600_000,
)
