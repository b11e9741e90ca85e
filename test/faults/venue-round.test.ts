import { expect, test } from 'vitest'
import { venueRound } from './venue-round.ts'

// The long form: node test/faults/venue-rounds.ts --rounds 300
const seeds = [1, 2, 3, 4]
const venues = ['binance', 'ccxt', 'binance-usdm', 'deribit'] as const

test.each(venues)(
  '[G1]-[G12] a gateway to %s on a bad line, killed again and again: its log has what the venue has, no order is sent twice',
  async (venue) => {
    const rounds = []
    for (const seed of seeds) {
      const { orders, faults } = await venueRound(seed, { venue })
      rounds.push({ seed, orders, faults })
    }
    expect(rounds).toEqual(seeds.map((seed) => ({ seed, orders: 16, faults: [] })))
  },
  240_000,
)

test.each(venues)(
  '[G2] a gateway to %s that sends again what the venue may yet take is found out: the same order is there twice',
  async (venue) => {
    const found: string[] = []
    for (let seed = 4; found.length === 0 && seed <= 80; seed += 4) {
      const { faults } = await venueRound(seed, { venue, windowKnown: false, orders: 40 })
      found.push(...faults.filter((fault) => fault.endsWith('was sent twice')))
    }
    expect(found).not.toEqual([])
  },
  480_000,
)
