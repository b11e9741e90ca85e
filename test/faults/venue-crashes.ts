import { parseArgs } from 'node:util'
import type { CrashVenueKind } from './crash-venues.ts'
import { venueCrash } from './venue-crash.ts'

/** `node test/faults/venue-crashes.ts --rounds 300 --seed 1 --venue binance-usdm`: the long form of test/process/venue-crash.test.ts. */
const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '300' },
    seed: { type: 'string', default: '1' },
    venue: { type: 'string', default: 'binance' },
  },
})
const { rounds, orders, fills, others, violations } = await venueCrash(Number(values.seed), Number(values.rounds), {
  venue: values.venue as CrashVenueKind,
})
for (const violation of violations) process.stdout.write(`${violation}\n`)
process.stdout.write(
  `${values.venue}, seed ${values.seed}: ${rounds} kills, ${orders} orders, ${fills} fills, ${others} of them of others, ${violations.length} violations\n`,
)
process.exitCode = violations.length > 0 ? 1 : 0
