import { UserError } from '#lib/terminal/user-error.ts'
import { readManifest } from '#services/md/adapters/data-set-manifest.ts'
import type { Topology } from './topology.ts'

/** Throws a UserError where a feed tells bars that would be built of its trades as well: who reads them would be told everything twice. [M1] */
export function refuseDoubleBars({ feed, bars }: Pick<Topology, 'feed' | 'bars'>): void {
  if (bars.length === 0) return
  if (feed.kind === 'exchange') {
    const told = bars.find(({ interval }) => feed.streams.includes(`bar:${interval}`))
    if (told && feed.streams.includes('trades')) refuse('the feed', told.interval, '')
  }
  if (feed.kind !== 'data-set') return
  const isFed = (one: string) => feed.instruments === undefined || feed.instruments.includes(one)
  for (const { instrument, streams } of readManifest(feed.path).instruments) {
    if (!isFed(instrument) || !streams.includes('trade')) continue
    const isOf = (of: string | undefined) => of === undefined || of === instrument
    const told = bars.find((bar) => isOf(bar.instrument) && streams.includes(bar.interval))
    if (told) refuse('the data', told.interval, ` of ${instrument}`)
  }
}

function refuse(who: string, width: string, of: string): never {
  throw new UserError(
    `${who} has bars of ${width}${of} already: those that are built of its trades would be told beside them`,
    {
      hint: `build no bars of ${width}: leave them out of --bars, or of bars in the topology`,
    },
  )
}
