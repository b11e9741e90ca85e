import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { UserError } from '#lib/terminal/user-error.ts'
import { isZone } from '#lib/time/is-zone.ts'
import type { LeanPath } from './lean-path.ts'
import { marketHoursEntries } from './market-hours-database.ts'

type Market = Pick<LeanPath, 'type' | 'market' | 'ticker'>

/** The zone that times of a file are in; `isKnown` where the database says it. */
export type LeanZone = { readonly zone: string; readonly isKnown: boolean }

/** Zones of the files below a folder: the dataTimeZone of their entry in the market-hours database that lies there. Throws a UserError on a broken one. [MD-I3] */
export function leanZones(root: string): (of: Market) => LeanZone {
  const base = join(root, 'market-hours', 'market-hours-database.json')
  const file = [base, `${base}.gz`].find((path) => existsSync(path))
  const zones = file === undefined ? new Map<string, string>() : zonesIn(file)
  return ({ type, market, ticker }) => {
    // An option on a future has no hours of its own.
    const key = `${type === 'futureoption' ? 'future' : type}-${market}`
    const zone = zones.get(`${key}-${ticker}`) ?? zones.get(`${key}-[*]`)
    return zone === undefined ? { zone: usualZone({ type, market }), isKnown: false } : { zone, isKnown: true }
  }
}

/** By `type-market-ticker` in lower case, or `type-market-[*]`. */
function zonesIn(file: string): Map<string, string> {
  return new Map(
    Object.entries(marketHoursEntries(file)).map(([key, entry]) => {
      const zone = (entry as { dataTimeZone?: unknown } | null)?.dataTimeZone
      if (typeof zone !== 'string' || !isZone(zone))
        throw new UserError(`${key} has the dataTimeZone ${JSON.stringify(zone)}, which is no zone`, { file })
      return [key.toLowerCase(), zone]
    }),
  )
}

/** Where files are without their database. */
function usualZone({ type, market }: Pick<LeanPath, 'type' | 'market'>): string {
  if (market === 'india') return 'Asia/Kolkata'
  if (type === 'equity' || type === 'option' || type === 'indexoption') return 'America/New_York'
  if (type === 'index') return market === 'usa' ? 'America/Chicago' : 'America/New_York'
  return market === 'fxcm' ? 'UTC-05' : 'UTC'
}
