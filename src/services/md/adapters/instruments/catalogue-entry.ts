import { z } from 'zod'
import { MdInstrument } from '#schemas/market.ts'
import type { Listed } from '../import-plan.ts'

/** An instrument of a catalogue: its terms, the calendar of its sessions, and the file that says so. */
export const CatalogueEntry = MdInstrument.omit({ isSimulated: true }).extend({
  /** `24x7`, or the name of the market whose sessions it has. */
  calendar: z.string().max(32),
  source: z.string().max(256),
})
export type CatalogueEntry = z.infer<typeof CatalogueEntry>

/** A listing with what is usual where its source is silent; or what keeps it out. */
export function catalogueEntry(listed: Listed, calendar: string, source: string): CatalogueEntry | string {
  const missing = (['tickSize', 'lotSize', 'currency'] as const).filter((name) => listed[name] === undefined)
  if (missing.length > 0) return `without ${missing.join(' and ')}`
  const entry = CatalogueEntry.safeParse({
    multiplier: '1',
    ...withoutGaps(listed),
    calendar,
    source: source.slice(-256),
  })
  if (entry.success) return entry.data
  const [issue] = entry.error.issues
  return `${issue?.path.join('.')}: ${issue?.message}`
}

// A key that is there without a value would hide the usual one.
const withoutGaps = (listed: Listed): object =>
  Object.fromEntries(Object.entries(listed).filter(([, value]) => value !== undefined))
