import { describe, expect, it } from 'vitest'
import type { Fact } from '#schemas/event.ts'
import { pacedFacts, parseSpeed, type Speed } from '#services/md/adapters/paced-facts.ts'

const fact = (at: number, n: number): Fact => ({
  at,
  topic: 'md.status',
  payload: { feed: 'f', state: 'started', isSimulated: true },
  epoch: 1,
  n,
})
const facts = [0, 0, 1_000_000, 1_500_000, 61_500_000].map(fact)

/** When each batch came, on a clock that only waiting moves. */
async function batchesOf(speed: Speed, signal?: AbortSignal, onWait: () => void = () => undefined) {
  let ms = 500
  const waitMs = async (waited: number) => {
    ms += waited
    onWait()
  }
  const told: [number, number[]][] = []
  for await (const batch of pacedFacts(facts, { speed, signal, nowMs: () => ms, waitMs }))
    told.push([ms - 500, batch.map(({ n }) => n)])
  return told
}

describe('pacing', () => {
  it('[MD-I12] waits by the distances between facts, from the first one on, and never otherwise', async () => {
    expect(await batchesOf(1)).toEqual([
      [0, [0, 1]],
      [1000, [2]],
      [1500, [3]],
      [61_500, [4]],
    ])
    expect((await batchesOf(10)).map(([ms]) => ms)).toEqual([0, 100, 150, 6150])
    expect(await batchesOf('max')).toEqual([[0, [0, 1, 2, 3, 4]]])
  })

  it('ends quietly when it is stopped', async () => {
    const stopping = new AbortController()
    expect(await batchesOf(1, stopping.signal, () => stopping.abort())).toEqual([[0, [0, 1]]])
  })

  it('reads speeds as they are written', () => {
    expect(['max', '1', 'x10', '×0.5', '0', 'fast', '-1'].map(parseSpeed)).toEqual([
      'max',
      1,
      10,
      0.5,
      null,
      null,
      null,
    ])
  })
})
