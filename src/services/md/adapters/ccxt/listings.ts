import { decimalText, shortest } from '../decimal-text.ts'
import type { Listed } from '../import-plan.ts'
import { LineFault } from '../line-fault.ts'
import { type Frame, isObject, shown, text } from '../normalize/read-fields.ts'
import { expiresAtIn } from '../year-2200.ts'

/** `BTC-USD.KRAKEN`, `BTC-USDT-PERP.BYBIT`, `BTC-USD_BTC-260327-60000-C.OKX`: the unified symbol `BTC/USD:BTC-260327-60000-C` in our letters. */
export function ccxtListing(symbol: string, exchange: string): Listed {
  const [, base, quote, settle, dated] =
    /^([A-Z0-9]{1,20})\/([A-Z0-9]{1,20})(?::([A-Z0-9]{1,20})(?:-([\dA-Z.-]{1,40}))?)?$/.exec(symbol) ?? []
  if (base === undefined || quote === undefined) throw new LineFault(`the symbol is ${shown(symbol)}`)
  const pair = `${base}-${quote}${settle === undefined || settle === quote ? '' : `_${settle}`}`
  const venue = exchange.toUpperCase()
  if (settle === undefined) return { instrument: `${pair}.${venue}`, kind: 'spot', currency: quote }
  // What is settled in the coin itself has a value that is not linear in its price.
  const settled = settle === base ? { currency: settle, isInverse: true as const } : { currency: quote }
  if (dated === undefined) return { instrument: `${pair}-PERP.${venue}`, kind: 'perpetual', ...settled }
  const [, date, strike, right] = /^(\d{6})(?:-([\d.]+)-([CP]))?$/.exec(dated) ?? []
  if (date === undefined) throw new LineFault(`the symbol is ${shown(symbol)}`)
  const expiry = `20${date.slice(0, 2)}-${date.slice(2, 4)}-${date.slice(4, 6)}`
  // A point would begin the venue.
  const instrument = `${pair}-${dated.replace('.', 'D')}.${venue}`
  if (strike === undefined) return { instrument, kind: 'future', expiry, ...settled }
  return {
    instrument,
    kind: 'option',
    currency: settle,
    underlying: `${base}-${quote}.${venue}`,
    expiry,
    strike,
    right: right === 'C' ? 'call' : 'put',
    ...(settle === base ? { isInverse: true as const } : {}),
  }
}

/** The markets that a session begins with, by symbol, numbers as text. */
export function listingsOf(body: Frame, exchange: string): Map<string, Listed> {
  const listings = new Map<string, Listed>()
  const isStep = body.precisionMode === '4'
  for (const one of Array.isArray(body.markets) ? body.markets : []) {
    if (!isObject(one)) continue
    const symbol = text(one.symbol, 'symbol')
    const precision = isObject(one.precision) ? one.precision : {}
    listings.set(symbol, {
      ...ccxtListing(symbol, exchange),
      tickSize: stepOf(precision.price, isStep),
      lotSize: stepOf(precision.amount, isStep),
      ...(stepOf(one.contractSize, true) === undefined ? {} : { multiplier: stepOf(one.contractSize, true) }),
      ...expiresAtIn(one.expiry),
    })
  }
  return listings
}

/** A step of prices, or of how many decimals they have. */
function stepOf(value: unknown, isStep: boolean): string | undefined {
  const written = typeof value === 'string' ? decimalText(value) : null
  if (written === null) return undefined
  const step = isStep ? written : /^\d{1,2}$/.test(written) ? decimalText(`1e-${written}`) : null
  return step === null || Number(step) <= 0 ? undefined : shortest(step)
}
