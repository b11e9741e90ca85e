import { createHash } from 'node:crypto'
import { seededBars } from '#lib/market/seeded-bars.ts'
import { UserError } from '#lib/terminal/user-error.ts'
import { dayMicros } from '#lib/time/day-micros.ts'
import type { Fact } from '#schemas/event.ts'
import { readManifest } from '#services/md/adapters/data-set-manifest.ts'
import { dataSetFeed, feedFacts } from '#services/md/adapters/dataset-feed.ts'
import type { FeedConfig } from '#services/md/adapters/feed-config.ts'

export type DataWish = {
  readonly dir: string | undefined
  /** Microseconds UTC: [from, to). */
  readonly from: number | undefined
  readonly to: number | undefined
  readonly seed: number
}

export type BacktestData = {
  readonly feed: FeedConfig
  readonly facts: () => Iterable<Fact>
  readonly instruments: readonly string[]
  /** The time of the configurations: that of the first fact. */
  readonly startsAt: number
  /** How many facts there are, where that is known. */
  readonly total: number | undefined
  readonly described: { readonly name: string; readonly hash: string; readonly isSimulated: boolean }
}

const seededStart = Date.UTC(2020, 0, 1) * 1_000
const seededCount = 2_000

/** The market of a backtest: a data set, or days of the built-in market. */
export function backtestData({ dir, from, to, seed }: DataWish): BacktestData {
  if (dir === undefined) return seededData(seed)
  const { contentHash, isSimulated, instruments, events, firstAt, lastAt } = readManifest(dir)
  if (from !== undefined && to !== undefined && from >= to) throw new UserError('--from is not before --to')
  if ((from ?? 0) > lastAt || (to ?? Number.POSITIVE_INFINITY) <= firstAt)
    throw new UserError(`the data is from ${iso(firstAt)} to ${iso(lastAt)}: nothing of it is in that range`, {
      file: dir,
    })
  const range = { ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) }
  const facts = () => dataSetFeed(dir, range)
  const [first] = facts()
  return {
    feed: { kind: 'data-set', path: dir, speed: 'max', ...range },
    facts,
    instruments: instruments.map(({ instrument }) => instrument),
    startsAt: first?.at ?? firstAt,
    total: from === undefined && to === undefined ? events + 2 : undefined,
    described: { name: dir, hash: contentHash, isSimulated },
  }
}

/** Days of the built-in market until 2020. */
export const seededGeneration = (seed: number) => ({
  kind: 'bars' as const,
  seed,
  bars: seededCount,
  interval: '1d',
  startAt: seededStart - seededCount * dayMicros,
})

function seededData(seed: number): BacktestData {
  const { kind: _, ...generation } = seededGeneration(seed)
  const options = { ...generation, widthUs: dayMicros }
  const market = () => [...seededBars(options)].map((fact, i) => ({ ...fact, seq: i + 1 }))
  const hash = createHash('sha256').update(JSON.stringify(options)).digest('hex')
  return {
    // With a start it is played, and not the live one.
    feed: { kind: 'seeded', seed, eventsPerSecond: 10, startAt: options.startAt },
    facts: () => feedFacts(market() as unknown as Parameters<typeof feedFacts>[0], true),
    instruments: ['ACME.SIM'],
    startsAt: options.startAt,
    total: seededCount + 3,
    described: { name: `seeded, seed ${seed}`, hash, isSimulated: true },
  }
}

const iso = (at: number): string => new Date(at / 1_000).toISOString().slice(0, 10)
