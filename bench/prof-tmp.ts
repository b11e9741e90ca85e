import { startNormalizer } from '#services/md/adapters/normalize/normalizer.ts'
import { readRecording } from '#services/md/adapters/raw/read-recording.ts'
import { venueNamed } from '#services/md/adapters/venues.ts'
const [name = '', file = '', times = '10'] = process.argv.slice(2)
const { venue, market } = venueNamed(name)
const records = [...readRecording([`../shared/data/crypto-raw/${file}`], { badLine: () => undefined })].map((p) => p.record).filter((r) => r.kind === 'frame')
let n = 0
for (let i = 0; i < Number(times); i++) {
  const norm = startNormalizer({ feed: venue.name, decoder: venue.openDecoder({ market }), canWait: () => true, keepsPartialBars: false })
  for (const r of records) n += norm.read(r).length
}
console.log(n)
