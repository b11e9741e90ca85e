import type { PayloadOf } from '#schemas/catalogue.ts'
import { indexOf } from '../chain-files/chain-row.ts'
import { tenThousandths } from '../decimal-text.ts'
import { LineFault } from '../line-fault.ts'
import type { LeanPath } from './lean-path.ts'

/** A listing as far as the place and the name of a file tell: its terms come from elsewhere. */
export type Listing = Omit<
  PayloadOf<'md.instrument'>,
  'tickSize' | 'lotSize' | 'multiplier' | 'currency' | 'isSimulated'
>

/** What an entry of a LEAN zip is about: `SPY.USA`, `ES-201312.CME`, `GOOG-20160617-750-C.USA`, `BTCUSD-PERP.BINANCE`. */
export function leanListing(path: LeanPath, entryName: string): Listing {
  const ticker = path.ticker.toUpperCase()
  const venue = path.market.toUpperCase()
  const name = (symbol: string) => `${symbol}.${venue}`
  switch (path.type) {
    case 'equity':
      return { instrument: name(ticker), kind: 'equity' }
    case 'index':
      return { instrument: name(ticker), kind: 'index' }
    case 'forex':
      return { instrument: name(ticker), kind: 'forex' }
    case 'cfd':
    case 'crypto':
      return { instrument: name(ticker), kind: 'spot' }
    case 'cryptofuture':
      return { instrument: name(`${ticker}-PERP`), kind: 'perpetual' }
    case 'future':
      return futureListing(ticker, entryName, name)
    case 'option':
      return optionListing(ticker, name(ticker), entryName, name)
    case 'indexoption':
      return optionListing(ticker, name(indexOf[ticker] ?? ticker), entryName, name)
    case 'futureoption':
      return optionListing(ticker, name(`${ticker}-${path.underlyingMonth ?? ''}`), entryName, name)
  }
}

/** `20131007_gc_minute_trade_201312.csv`, newer files with the day of expiry behind it. */
function futureListing(ticker: string, entryName: string, name: (symbol: string) => string): Listing {
  const [, month, expiry] = /_(\d{6})(?:_(\d{8}))?\.csv$/.exec(entryName) ?? []
  if (month === undefined) throw new LineFault(`the name of the entry ${entryName} does not end in a contract month`)
  return {
    instrument: name(`${ticker}-${month}`),
    kind: 'future',
    ...(expiry === undefined ? {} : { expiry: isoDate(expiry) }),
  }
}

/** `..._call_7500000_20160617.csv`: the strike is in ten-thousandths whatever the scale of the prices. */
function optionListing(
  ticker: string,
  underlying: string,
  entryName: string,
  name: (symbol: string) => string,
): Listing {
  const [, right, scaled, expiry] = /_(call|put)_(\d+)_(\d{8})\.csv$/.exec(entryName) ?? []
  if (right === undefined)
    throw new LineFault(`the name of the entry ${entryName} does not end in right, strike and expiry`)
  const strike = tenThousandths(scaled, 'strike')
  return {
    instrument: name(`${ticker}-${expiry}-${strike}-${right === 'call' ? 'C' : 'P'}`),
    kind: 'option',
    underlying,
    expiry: isoDate(expiry as string),
    strike,
    right: right === 'call' ? 'call' : 'put',
  }
}

const isoDate = (date: string): string => `${date.slice(0, 4)}-${date.slice(4, 6)}-${date.slice(6, 8)}`
