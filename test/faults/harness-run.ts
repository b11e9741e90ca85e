/**
 * `npm run faults -- --minutes M --seed S [--rounds N]`: rounds of faults for as long as asked, or N of them. Every so many rounds a new
 * system begins with the next seed: what a seed has found is found again within minutes. The last line is the tally; ends with 1 on any violation.
 */
import { parseArgs } from 'node:util'
import { Harness, type Tally } from './harness.ts'

const { values: flags } = parseArgs({
  options: { minutes: { type: 'string' }, seed: { type: 'string' }, rounds: { type: 'string' } },
})
const firstSeed = Number(flags.seed ?? Date.now() % 1_000_000)
const rounds = Number(flags.rounds ?? Number.POSITIVE_INFINITY)
const minutes = Number(flags.minutes ?? (flags.rounds === undefined ? 5 : Number.POSITIVE_INFINITY))
const endsMs = performance.now() + minutes * 60_000
const roundsOfOneSeed = 50

const total: Tally = { rounds: 0, kills: 0, stops: 0, cuts: 0, tears: 0, events: 0, violations: [] }
let seed = firstSeed
const isOver = () => total.violations.length > 0 || performance.now() > endsMs || total.rounds >= rounds
for (; !isOver(); seed++) await runSeed(new Harness(seed))
console.log(
  `seeds ${firstSeed} to ${seed - 1}: ${total.rounds} rounds, ${total.kills} kills, ${total.stops} stops, ${total.cuts} cuts, ${total.tears} torn tails, ${total.events} events, ${total.violations.length} violations`,
)
process.exit(total.violations.length === 0 ? 0 : 1)

async function runSeed(harness: Harness): Promise<void> {
  await harness.open()
  const before = { ...total }
  do {
    await harness.round()
    add(before, harness.tally)
  } while (!isOver() && harness.tally.rounds < roundsOfOneSeed)
  await harness.close()
  console.log(`seed ${seed}: ${total.rounds} rounds, ${total.kills} kills, ${total.events} events so far`)
  for (const what of total.violations.length > 0 ? harness.history.slice(-60) : []) console.log(what)
  for (const violation of total.violations) console.log(`violation: ${violation}`)
}

function add(before: Tally, { rounds, kills, stops, cuts, tears, events, violations }: Tally): void {
  total.rounds = before.rounds + rounds
  total.kills = before.kills + kills
  total.stops = before.stops + stops
  total.cuts = before.cuts + cuts
  total.tears = before.tears + tears
  total.events = before.events + events
  total.violations = violations
}
