import type { PayloadOf } from '#schemas/catalogue.ts'
import { quoted } from '../decimal-text.ts'
import type { Listed } from '../import-plan.ts'
import { LineFault } from '../line-fault.ts'

/** A contract in a snapshot of a chain: its listing, and what is said of it. */
export type ChainRow = { readonly listed: Listed; readonly tick: PayloadOf<'md.option.tick'> }

/** A chain at an instant, microseconds UTC, as one file or one part of it tells. */
export type ChainSnapshot = {
  readonly at: number
  readonly underlying: string
  readonly underlyingPrice: string | null
  readonly rows: readonly ChainRow[]
}

/** A day `2019-04-26` that there is, from 1900 to 2199. Throws a LineFault that shows what was written, and what is expected. */
export function realDay(iso: string, written: string, name: string, like: string): string {
  const ms = /^(19|20|21)\d{2}-\d{2}-\d{2}$/.test(iso) ? Date.parse(`${iso}T00:00:00Z`) : Number.NaN
  if (Number.isFinite(ms) && new Date(ms).toISOString().startsWith(iso)) return iso
  throw new LineFault(`${name} is ${quoted(written)}, expected a day like ${like}`)
}

/** Without the fields that are undefined. */
export const said = <T extends object>(payload: T): T =>
  Object.fromEntries(Object.entries(payload).filter(([, value]) => value !== undefined)) as T

export type OptionTerms = {
  readonly root: string
  readonly underlying: string
  readonly venue: string
  /** `2019-04-26` */
  readonly expiry: string
  readonly strike: string
  readonly right: 'call' | 'put'
  readonly expiresAt?: number
  readonly currency: string
  readonly multiplier?: string
}

/** `SPXW-20190426-800-C.USA`, as LEAN's files are named too. */
export function optionListed({ root, underlying, venue, expiry, strike, right, ...terms }: OptionTerms): Listed {
  const symbol = `${root}-${expiry.replaceAll('-', '')}-${strike}-${right === 'call' ? 'C' : 'P'}`
  return { instrument: `${symbol}.${venue}`, kind: 'option', underlying, expiry, strike, right, ...terms }
}

/** Weekly and afternoon-settled options have a root of their own. */
export const indexOf: Readonly<Record<string, string>> = {
  SPXW: 'SPX',
  RUTW: 'RUT',
  NDXP: 'NDX',
  VIXW: 'VIX',
  XSPW: 'XSP',
}
