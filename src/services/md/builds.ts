import { type BarBuilder, startBars } from '#lib/bars/bar-builder.ts'
import { dayMicros } from '#lib/time/day-micros.ts'

/** Bars of one width being built for one instrument; with a calendar they are counted from the open of its sessions. */
export type Build = {
  readonly instrument: string
  readonly interval: string
  readonly calendar?: string
  readonly builder: BarBuilder
  /** The end of the bar that the time completed: what is older comes too late. */
  saidUntil?: number
}

/** What to build: a width for every instrument, or for the one that is named. */
export type Wanted = { readonly instrument?: string; readonly interval: string; readonly calendar?: string }

/** Only time bars of at most a day are counted from the open; `utc` is from midnight. */
const hasSessions = ({ interval }: BarBuilder, calendar: string | undefined): calendar is string =>
  calendar !== undefined && calendar !== 'utc' && interval.kind === 'time' && interval.widthUs <= dayMicros

/** The builds of an instrument in the order of the configuration, each width once; `session` is the calendar of the instrument. */
export function startBuilds(instrument: string, wanted: readonly Wanted[], session?: string): Build[] {
  const own = wanted.filter((want) => want.instrument === undefined || want.instrument === instrument)
  const first = own.filter(({ interval }, i) => own.findIndex((want) => want.interval === interval) === i)
  return first.map(({ interval, calendar = session }) => {
    const builder = startBars(interval)
    return { instrument, interval, ...(hasSessions(builder, calendar) ? { calendar } : {}), builder }
  })
}

/** The builds after a hot reload: what is still wanted goes on with its open bar, what is new starts, the rest is dropped. */
export function keepWanted(
  instruments: readonly string[],
  builds: { readonly [instrument: string]: readonly Build[] },
  wanted: readonly Wanted[],
  sessions: { readonly [instrument: string]: string },
): { [instrument: string]: Build[] } {
  const kept: { [instrument: string]: Build[] } = {}
  for (const instrument of instruments) {
    const running = builds[instrument] ?? []
    const planned = startBuilds(instrument, wanted, sessions[instrument])
    const isSame = (a: Build, b: Build) => a.interval === b.interval && a.calendar === b.calendar
    kept[instrument] = planned.map((build) => running.find((known) => isSame(known, build)) ?? build)
  }
  return kept
}
