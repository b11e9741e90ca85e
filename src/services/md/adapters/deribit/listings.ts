import { decimalText, shortest } from '../decimal-text.ts'
import type { Listed } from '../import-plan.ts'
import { LineFault } from '../line-fault.ts'
import { type Frame, isObject, shown } from '../normalize/read-fields.ts'
import { expiresAtIn } from '../year-2200.ts'

/** `BTC-24SEP21-8000-P.DERIBIT`: Deribit's own name in capitals. Throws a LineFault on what is none. */
export function instrumentOf(name: unknown): string {
  if (typeof name === 'string' && /^[A-Z0-9_]{2,20}-[A-Za-z0-9_-]{1,40}$|^[A-Z0-9]{2,12}_[A-Z0-9]{2,8}$/.test(name))
    return `${name.toUpperCase()}.DERIBIT`
  throw new LineFault(`the instrument is ${shown(name)}`)
}

/** What the name alone tells: kind, expiry, strike and right. */
export function namedListing(name: string): Listed {
  const instrument = instrumentOf(name)
  const [, base = name, settled] = /^([A-Z0-9]+)(?:_([A-Z0-9]+))?/.exec(name) ?? []
  const currency = settled ?? base
  // The index: what its options and futures are on; those that are settled in another coin have one in that coin.
  const underlying = `${base}_${settled ?? 'USD'}.DERIBIT`
  const inverse = settled === undefined ? { isInverse: true as const } : {}
  const [, day, month, year, strike, right] = /-(\d{1,2})([A-Z]{3})(\d{2})(?:-([\dd.]+)-([CP]))?$/.exec(name) ?? []
  if (day === undefined || month === undefined) {
    if (!name.endsWith('PERPETUAL')) return { instrument, kind: 'spot', currency }
    return { instrument, kind: 'perpetual', currency, ...inverse }
  }
  const monthNumber = months.indexOf(month) + 1
  if (monthNumber === 0) throw new LineFault(`the instrument is ${shown(name)}`)
  const expiry = `20${year}-${String(monthNumber).padStart(2, '0')}-${day.padStart(2, '0')}`
  if (strike === undefined) return { instrument, kind: 'future', currency, expiry, underlying, ...inverse }
  return {
    instrument,
    kind: 'option',
    currency,
    underlying,
    expiry,
    // Deribit expires at 08:00 UTC.
    expiresAt: Date.parse(`${expiry}T08:00:00Z`) * 1000,
    strike: strike.replace('d', '.'),
    right: right === 'C' ? 'call' : 'put',
    ...inverse,
  }
}

/** The listings of an answer of get_instruments, its numbers as text. */
export function listingsOf(result: readonly unknown[]): Map<string, Listed> {
  const listings = new Map<string, Listed>()
  for (const one of result) {
    if (!isObject(one) || typeof one.instrument_name !== 'string') continue
    listings.set(one.instrument_name, { ...namedListing(one.instrument_name), ...stated(one) })
  }
  return listings
}

function stated(one: Frame): Partial<Listed> {
  const step = (value: unknown): string | undefined => {
    const text = typeof value === 'string' ? decimalText(value) : null
    return text === null || Number(text) <= 0 ? undefined : shortest(text)
  }
  const isDated = one.kind === 'option' || (one.kind === 'future' && one.settlement_period !== 'perpetual')
  return {
    tickSize: step(one.tick_size),
    lotSize: step(one.min_trade_amount),
    // Amounts are in coins, or of an inverse future in dollars, and no number of contracts: contract_size is in them already.
    multiplier: '1',
    ...(isDated ? expiresAtIn(one.expiration_timestamp) : {}),
  }
}

const months = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC']
