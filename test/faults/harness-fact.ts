import type { Fact } from '#schemas/event.ts'

/** The fact number n that a publisher of the harness says: what it says follows from n, so that said again it is the same. */
export const tickOf = (epoch: number, n: number): Fact<'md.tick'> => ({
  topic: 'md.tick',
  at: 1_764_000_000_000_000 + n,
  epoch,
  n,
  payload: { kind: 'trade', instrument: 'ACME.SIM', price: '100.5', size: '1', tradeId: `${epoch}-${n}`, sequence: n },
})

/** What a clock says. */
export const timeOf = (epoch: number, n: number): Fact<'system.time'> => {
  const at = 1_764_000_000_000_000 + epoch * 1_000_000 + n
  return { topic: 'system.time', at, epoch, n, payload: { now: at } }
}
