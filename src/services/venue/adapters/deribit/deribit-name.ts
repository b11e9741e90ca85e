import type { VenueAssets } from '../gateway/real-venue.ts'

/** `BTC-27MAR26-100000-C.DERIBIT` is called so without its venue. What has no dash is spot, which is not traded here. */
export const nameIn = (instrument: string): string | null =>
  /^([A-Z0-9_]+-[A-Z0-9_-]+)\.DERIBIT$/.exec(instrument)?.[1] ?? null

/** What its orders are counted under: `BTC` of BTC-PERPETUAL, `USDC` of ETH_USDC-PERPETUAL. */
export const currencyOf = (name: string): string => /^(?:[A-Z0-9]+_)?([A-Z0-9]+)-/.exec(name)?.[1] ?? ''

/** When a contract of that name ends, milliseconds: at 08:00 UTC of its day. Null for what has no end. */
export function endOf(name: string): number | null {
  const [, day, month, year] = /-(\d{1,2})([A-Z]{3})(\d{2})(?:-|$)/.exec(name) ?? []
  const at = Date.parse(`${day} ${month} 20${year} 08:00 UTC`)
  return Number.isNaN(at) ? null : at
}

export function hasEnded(name: string, nowMs: number): boolean {
  const endMs = endOf(name)
  return endMs !== null && nowMs >= endMs
}

/** What a contract was made of that is listed no more. */
export const goneAssets = (name: string): VenueAssets => ({ base: name, quote: currencyOf(name) })

export const isOption = (name: string): boolean => /-[CP]$/.test(name)
