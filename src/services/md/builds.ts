import { type BarBuilder, startBars } from '#lib/bars/bar-builder.ts'

/** Bars of one width being built for one instrument. */
export type Build = { readonly instrument: string; readonly interval: string; readonly builder: BarBuilder }

/** What to build: a width for every instrument, or for the one that is named. */
export type Wanted = { readonly instrument?: string; readonly interval: string }

/** The builds of an instrument in the order of the configuration, each width once. */
export function startBuilds(instrument: string, wanted: readonly Wanted[]): Build[] {
  const own = wanted.filter((want) => want.instrument === undefined || want.instrument === instrument)
  const intervals = [...new Set(own.map(({ interval }) => interval))]
  return intervals.map((interval) => ({ instrument, interval, builder: startBars(interval) }))
}

/** The builds after a hot reload: what is still wanted goes on with its open bar, what is new starts, the rest is dropped. */
export function keepWanted(
  instruments: readonly string[],
  builds: { readonly [instrument: string]: readonly Build[] },
  wanted: readonly Wanted[],
): { [instrument: string]: Build[] } {
  const kept: { [instrument: string]: Build[] } = {}
  for (const instrument of instruments) {
    const running = builds[instrument] ?? []
    const planned = startBuilds(instrument, wanted)
    kept[instrument] = planned.map((build) => running.find(({ interval }) => interval === build.interval) ?? build)
  }
  return kept
}
