import { parseArgs } from 'node:util'
import type { RoundVenueKind } from './round-venues.ts'
import { venueRound } from './venue-round.ts'

/** `node test/faults/venue-rounds.ts --rounds 300 --seed 1 --venue deribit`: the long form of venue-round.test.ts. */
const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '100' },
    seed: { type: 'string', default: '1' },
    venue: { type: 'string', default: 'binance' },
  },
})
const [rounds, from] = [Number(values.rounds), Number(values.seed)]
let [orders, fills, kills, resent, violations] = [0, 0, 0, 0, 0]
for (let seed = from; seed < from + rounds; seed++) {
  const round = await venueRound(seed, { venue: values.venue as RoundVenueKind })
  orders += round.orders
  fills += round.fills
  kills += round.kills
  resent += round.resent
  violations += round.faults.length
  for (const fault of round.faults) process.stdout.write(`seed ${seed}: ${fault}\n`)
}
process.stdout.write(
  `${values.venue}, seeds ${from} to ${from + rounds - 1}: ${orders} orders, ${fills} fills, ${kills} kills, ${resent} sent again, ${violations} violations\n`,
)
const unshown = [fills === 0 ? 'filled' : [], resent === 0 ? 'sent again' : []].flat()
for (const what of unshown) process.stdout.write(`nothing was ${what}: this shows little\n`)
process.exitCode = violations + unshown.length > 0 ? 1 : 0
