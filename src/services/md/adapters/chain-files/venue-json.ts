import { newYorkCloseMs } from '#lib/chain/new-york-close.ts'
import { wallClock } from '#lib/time/time-zone.ts'
import { decimalText, quoted, shortest } from '../decimal-text.ts'
import { namedListing } from '../deribit/listings.ts'
import { LineFault } from '../line-fault.ts'
import {
  type Frame,
  isObject,
  listOf,
  microsOfMs,
  numberPrice,
  numberQuantity,
  shown,
  statistic,
  text,
} from '../normalize/read-fields.ts'
import { year2200Ms } from '../year-2200.ts'
import { type ChainRow, type ChainSnapshot, indexOf, optionListed, realDay, said } from './chain-row.ts'

// Numbers come as text, digit by digit.

/** The chains in a JSON file that was fetched from Deribit, NSE or Cboe. Throws a LineFault on what is none of them. */
export function venueChains(body: unknown): ChainSnapshot[] {
  if (isObject(body) && Array.isArray(body.result)) return deribitChains(body)
  if (isObject(body) && isObject(body.records)) return [nseChain(body.records)]
  if (isObject(body) && isObject(body.data) && Array.isArray(body.data.options)) return [cboeChain(body, body.data)]
  throw new LineFault(
    'is no chain of Deribit (get_book_summary_by_currency), NSE (option-chain) or Cboe (delayed quotes)',
  )
}

/** https://docs.deribit.com/#public-get_book_summary_by_currency: prices in coin; one chain of each underlying index. */
function deribitChains(body: Frame): ChainSnapshot[] {
  const chains = new Map<string, { at: number; underlyingPrice: string | null; rows: ChainRow[] }>()
  for (const one of body.result as readonly unknown[]) {
    if (!isObject(one)) throw new LineFault(`a summary is ${shown(one)}`)
    const listed = namedListing(text(one.instrument_name, 'instrument_name'))
    if (listed.kind !== 'option' || listed.underlying === undefined) continue
    const at = microsOfMs(one.creation_timestamp, 'creation_timestamp')
    const underlyingPrice = optionalPrice(one.underlying_price, 'underlying_price')
    const tick = said({
      instrument: listed.instrument,
      ...sides(one.bid_price, null, one.ask_price, null),
      last: optionalPrice(one.last, 'last'),
      underlyingPrice,
      markPrice: optionalPrice(one.mark_price, 'mark_price'),
      impliedVolatility: fraction(one.mark_iv, 'mark_iv'),
      openInterest: optionalQuantity(one.open_interest, 'open_interest'),
      volume: optionalQuantity(one.volume, 'volume'),
      exchangeAt: at,
    })
    const chain = chains.get(listed.underlying) ?? { at, underlyingPrice: null, rows: [] }
    chain.at = Math.max(chain.at, at)
    // Each expiry has an underlying of its own, a future: of all of them nothing is told.
    chain.rows.push({ listed, tick })
    chains.set(listed.underlying, chain)
  }
  return [...chains].map(([underlying, chain]) => ({ underlying, ...chain }))
}

/** https://www.nseindia.com/api/option-chain-indices: a row a strike and expiry, with a call, a put, or both. Times are those of India. */
function nseChain(records: Frame): ChainSnapshot {
  const at = indianMicros(text(records.timestamp, 'timestamp'))
  const rows: ChainRow[] = []
  let underlying = ''
  for (const row of listOf(records, 'data')) {
    if (!isObject(row)) throw new LineFault(`a row is ${shown(row)}`)
    for (const [field, right] of [['CE', 'call'] as const, ['PE', 'put'] as const]) {
      const one = row[field]
      if (!isObject(one)) continue
      const root = text(one.underlying, 'underlying')
      underlying = `${root}.INDIA`
      const expiry = dayOf(text(one.expiryDate, 'expiryDate'))
      const listed = optionListed({
        ...{ root, underlying, venue: 'INDIA', expiry, right, currency: 'INR' },
        strike: shortest(numberPrice(one.strikePrice, 'strikePrice')),
        // 15:30 in India.
        expiresAt: Date.parse(`${expiry}T10:00:00Z`) * 1000,
      })
      const ask = one.askPrice ?? one.askprice
      const tick = said({
        instrument: listed.instrument,
        ...sides(one.bidprice ?? one.bidPrice, one.bidQty, ask, one.askQty),
        last: nonZero(one.lastPrice, 'lastPrice'),
        underlyingPrice: optionalPrice(one.underlyingValue, 'underlyingValue'),
        impliedVolatility: fraction(one.impliedVolatility, 'impliedVolatility'),
        openInterest: optionalQuantity(one.openInterest, 'openInterest'),
        volume: optionalQuantity(one.totalTradedVolume, 'totalTradedVolume'),
        exchangeAt: at,
      })
      rows.push({ listed, tick })
    }
  }
  return { at, underlying, underlyingPrice: optionalPrice(records.underlyingValue, 'underlyingValue') ?? null, rows }
}

/** https://cdn.cboe.com/api/global/delayed_quotes/options/_SPX.json */
function cboeChain(body: Frame, chain: Frame): ChainSnapshot {
  const stamp = text(body.timestamp, 'timestamp')
  const ms = /^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}$/.test(stamp)
    ? Date.parse(`${stamp.replace(' ', 'T')}Z`)
    : Number.NaN
  if (!Number.isFinite(ms) || ms < 0 || ms >= year2200Ms)
    throw new LineFault(`timestamp is ${quoted(stamp)}, expected one like 2024-01-19 20:45:00`)
  const at = ms * 1000
  const symbol = text(chain.symbol, 'symbol').replace(/^\^/, '')
  const underlying = `${symbol}.USA`
  const underlyingPrice = optionalPrice(chain.current_price, 'current_price') ?? null
  const rows = listOf(chain, 'options').map((one): ChainRow => {
    if (!isObject(one)) throw new LineFault(`an option is ${shown(one)}`)
    const [, root, year, month, day, right, whole = '', thousandths = ''] =
      /^([A-Z0-9]{1,6})(\d{2})(\d{2})(\d{2})([CP])(\d{5})(\d{3})$/.exec(text(one.option, 'option')) ?? []
    if (root === undefined || (indexOf[root] ?? root) !== symbol)
      throw new LineFault(`option is ${shown(one.option)}, which is none on ${symbol}`)
    const expiry = `20${year}-${month}-${day}`
    const listed = optionListed({
      ...{ root, underlying, venue: 'USA', expiry, currency: 'USD', multiplier: '100' },
      right: right === 'C' ? 'call' : 'put',
      strike: shortest(`${Number(whole)}.${thousandths}`),
      expiresAt: newYorkCloseMs(expiry) * 1000,
    })
    const tick = said({
      instrument: listed.instrument,
      ...sides(one.bid, one.bid_size, one.ask, one.ask_size),
      last: nonZero(one.last_trade_price, 'last_trade_price'),
      underlyingPrice: underlyingPrice ?? undefined,
      impliedVolatility: statistic(one.iv, 'iv'),
      delta: statistic(one.delta, 'delta'),
      gamma: statistic(one.gamma, 'gamma'),
      vega: statistic(one.vega, 'vega'),
      theta: statistic(one.theta, 'theta'),
      rho: statistic(one.rho, 'rho'),
      openInterest: optionalQuantity(one.open_interest, 'open_interest'),
      volume: optionalQuantity(one.volume, 'volume'),
      exchangeAt: at,
    })
    return { listed, tick }
  })
  return { at, underlying, underlyingPrice, rows }
}

type Sides = Pick<ChainRow['tick'], 'bid' | 'bidSize' | 'ask' | 'askSize'>

/** A price of zero or none is an absent side. */
function sides(bid: unknown, bidSize: unknown, ask: unknown, askSize: unknown): Sides {
  const side = (price: unknown, size: unknown, name: string) => {
    const best = nonZero(price, name) ?? null
    return { best, size: best === null ? null : (optionalQuantity(size, `${name} size`) ?? null) }
  }
  const [one, other] = [side(bid, bidSize, 'bid'), side(ask, askSize, 'ask')]
  return { bid: one.best, bidSize: one.size, ask: other.best, askSize: other.size }
}

const isThere = (value: unknown): boolean => value !== undefined && value !== null
const optionalPrice = (value: unknown, name: string) => (isThere(value) ? numberPrice(value, name) : undefined)
const optionalQuantity = (value: unknown, name: string) => (isThere(value) ? numberQuantity(value, name) : undefined)

function nonZero(value: unknown, name: string): string | undefined {
  const price = optionalPrice(value, name)
  return price === undefined || Number(price) === 0 ? undefined : price
}

/** 65.43 % is the double next to 0.6543. */
function fraction(value: unknown, name: string): number | undefined {
  if (!isThere(value)) return undefined
  const written = decimalText(String(value))
  if (written === null) throw new LineFault(`${name} is ${shown(value)}, expected a number`)
  return Number(`${written}e-2`)
}

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/** `28-Jan-2021` */
function dayOf(written: string): string {
  const [, day, name = '', year] = /^(\d{2})-([A-Z][a-z]{2})-(\d{4})$/.exec(written) ?? []
  const month = String(months.indexOf(name) + 1).padStart(2, '0')
  return realDay(`${year}-${month}-${day}`, written, 'the day', '28-Jan-2021')
}

/** `21-Jan-2021 15:30:00` */
function indianMicros(written: string): number {
  const [day = '', time = ''] = written.split(' ')
  const wallMs = Date.parse(`${dayOf(day)}T${time}Z`)
  if (Number.isNaN(wallMs))
    throw new LineFault(`timestamp is ${quoted(written)}, expected one like 21-Jan-2021 15:30:00`)
  return wallClock('Asia/Kolkata')(wallMs) * 1000
}
