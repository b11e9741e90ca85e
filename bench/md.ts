/**
 * Frames a second (of processor time) of each adapter, parsed and normalised, against bare JSON.parse of the same frames in the same run. Needs the recordings beside the
 * repository; prints a Markdown table.
 */
import { fileURLToPath } from 'node:url'
import { startNormalizer } from '#services/md/adapters/normalize/normalizer.ts'
import type { RawRecord } from '#services/md/adapters/raw/raw-record.ts'
import { readRecording } from '#services/md/adapters/raw/read-recording.ts'
import { venueNamed } from '#services/md/adapters/venues.ts'

const raw = fileURLToPath(new URL('../../shared/data/crypto-raw/', import.meta.url))
const recordings: readonly (readonly [name: string, venue: string, file: string, times: number])[] = [
  ['Binance spot', 'binance', 'binance-hftbacktest/spot/btcusdt_20240808.gz', 1],
  ['Binance USD-M', 'binance-usdm', 'binance-hftbacktest/usdm/btcusdt_20240808.gz', 1],
  ['Binance COIN-M', 'binance-cm', 'binance-hftbacktest/cm/btcusd_perp_20240808.gz', 1],
  ['Deribit options', 'deribit', 'cryptofeed-jsonl/DERIBIT.jsonl.gz', 200],
]
const rounds = 9

process.stdout.write(
  'Recorded frames, parsed and normalised (order, books, gaps included), against bare `JSON.parse` of the same frames in the same run; frames a second of processor time.\n\n| recording | frames | JSON.parse, frames/s | normalised, frames/s | share |\n|---|--:|--:|--:|--:|\n',
)
for (const [name, venueName, file, times] of recordings) {
  const { venue, market } = venueNamed(venueName)
  const recorded = [...readRecording([`${raw}${file}`], { badLine: () => undefined })].map(({ record }) => record)
  const records = recorded.filter(({ kind }) => kind === 'frame')
  const frames = records.length * times
  let facts = 0
  let parseMs = Number.POSITIVE_INFINITY
  let wholeMs = Number.POSITIVE_INFINITY
  for (let round = 0; round < rounds; round++) {
    parseMs = Math.min(
      parseMs,
      timed(times, () => parseAll(records)),
    )
    wholeMs = Math.min(
      wholeMs,
      timed(times, () => {
        facts += normalizeAll(records)
      }),
    )
  }
  if (facts === 0) throw new Error(`${name} says nothing`)
  const perSecond = (ms: number) => Math.round((frames / ms) * 1000)
  const share = `${Math.round((100 * parseMs) / wholeMs)} %`
  const columns = [name, frames, perSecond(parseMs), perSecond(wholeMs)].map((cell) => cell.toLocaleString('en-US'))
  process.stdout.write(`| ${[...columns, share].join(' | ')} |\n`)

  function normalizeAll(all: readonly RawRecord[]): number {
    const normalizer = startNormalizer({
      feed: venue.name,
      decoder: venue.openDecoder({ market }),
      canWait: () => true,
      keepsPartialBars: false,
    })
    let count = 0
    for (const record of all) count += normalizer.read(record).length
    return count
  }
}

function parseAll(records: readonly RawRecord[]): void {
  for (const record of records) if (record.kind === 'frame') JSON.parse(record.text)
}

/** Time of the processor in ms: others on the machine do not count. */
function timed(times: number, run: () => void): number {
  const before = process.cpuUsage()
  for (let i = 0; i < times; i++) run()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1000
}
