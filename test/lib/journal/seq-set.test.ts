import fc from 'fast-check'
import { expect, it } from 'vitest'
import { SeqSet } from '#lib/journal/seq-set.ts'

it('[J21] knows each seq that a log can have, once', () => {
  const seqs = fc.oneof(
    fc.integer({ min: 1, max: 300 }),
    fc.integer({ min: 2 ** 31 - 100, max: 2 ** 31 + 100 }),
    fc.maxSafeNat(),
  )
  fc.assert(
    fc.property(fc.array(seqs), fc.array(seqs), (added, others) => {
      const set = new SeqSet()
      for (const seq of added) set.add(seq)
      expect(set.size).toBe(new Set(added).size)
      for (const seq of [...added, ...others]) expect(set.has(seq)).toBe(added.includes(seq))
    }),
  )
})
