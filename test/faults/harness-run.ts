/** `npm run faults -- --minutes M --seed S`: rounds of faults for as long as asked. The last line is the tally; ends with 1 on any violation. */
import { parseArgs } from 'node:util'
import { Harness } from './harness.ts'

const { values: flags } = parseArgs({
  options: { minutes: { type: 'string', default: '5' }, seed: { type: 'string' }, rounds: { type: 'string' } },
})
const seed = Number(flags.seed ?? Date.now() % 1_000_000)
const rounds = Number(flags.rounds ?? Number.POSITIVE_INFINITY)
const endsMs = performance.now() + Number(flags.minutes) * 60_000

const harness = new Harness(seed)
console.log(`seed ${seed}`)
await harness.open()
let isWell = true
while (isWell && performance.now() < endsMs && harness.tally.rounds < rounds) {
  isWell = await harness.round()
  const { rounds: done, kills, events } = harness.tally
  if (process.stderr.isTTY) process.stderr.write(`\r${done} rounds, ${kills} kills, ${events} events `)
  else if (done % 50 === 0) console.log(`${done} rounds, ${kills} kills, ${events} events`)
}
await harness.close()
const { rounds: done, kills, stops, cuts, tears, events, violations } = harness.tally
if (!isWell) console.log([...harness.history.slice(-60), ...violations.map((one) => `violation: ${one}`)].join('\n'))
console.log(
  `seed ${seed}: ${done} rounds, ${kills} kills, ${stops} stops, ${cuts} cuts, ${tears} torn tails, ${events} events, ${violations.length} violations`,
)
process.exit(isWell ? 0 : 1)
