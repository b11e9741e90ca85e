import { compareExact } from '#lib/bars/exact-decimal.ts'
import { fromUnits } from '#lib/domain/decimal.ts'
import { type Instrument, instrumentOf } from '#lib/domain/instrument.ts'
import type { PayloadOf } from '#schemas/catalogue.ts'

/** A listing under Binance's name: `BTCUSDT.BINANCE` is BTCUSDT, `ACME.SIM` in USD is ACMEUSD. */
export type ListedSymbol = {
  readonly symbol: string
  readonly base: string
  readonly quote: string
  readonly instrument: Instrument
  readonly tickSize: string
  readonly stepSize: string
  /** The most that an order may say. */
  readonly maxPrice: string
  readonly maxQty: string
}

/** Null for what cannot be traded spot: options, indexes, dated futures, and what has no steps. */
export function listedSymbol(listing: PayloadOf<'md.instrument'>): ListedSymbol | null {
  const instrument = instrumentOf(listing)
  if (instrument === null || unserved.has(listing.kind)) return null
  const name = listing.instrument.slice(0, listing.instrument.lastIndexOf('.')).replace(/[^A-Z0-9]/g, '')
  const quote = listing.currency
  const base = name.endsWith(quote) && name.length > quote.length ? name.slice(0, -quote.length) : name
  const { tickSize, lotSize } = instrument
  return {
    symbol: `${base}${quote}`,
    base,
    quote,
    instrument,
    tickSize: fromUnits(tickSize.units, tickSize.scale),
    stepSize: fromUnits(lotSize.units, lotSize.scale),
    maxPrice: mostOf(tickSize),
    maxQty: mostOf(lotSize),
  }
}

/** Of a price or a quantity: nine billion, or less where that is more steps than are counted exactly. */
function mostOf({ units, scale }: { readonly units: number; readonly scale: number }): string {
  const counted = { units: BigInt(Number.MAX_SAFE_INTEGER) * BigInt(units), scale }
  const most = { units: 9_000_000_000n, scale: 0 }
  return compareExact(counted, most) < 0 ? fromUnits(counted.units, scale) : String(most.units)
}

const unserved: ReadonlySet<string> = new Set(['option', 'index', 'future'])

/** As `GET /api/v3/exchangeInfo` lists it. */
export function symbolInfo({ symbol, base, quote, tickSize, stepSize, maxPrice, maxQty }: ListedSymbol) {
  return {
    symbol,
    status: 'TRADING',
    baseAsset: base,
    baseAssetPrecision: 8,
    quoteAsset: quote,
    quotePrecision: 8,
    quoteAssetPrecision: 8,
    baseCommissionPrecision: 8,
    quoteCommissionPrecision: 8,
    orderTypes: orderTypes,
    icebergAllowed: false,
    ocoAllowed: false,
    otoAllowed: false,
    quoteOrderQtyMarketAllowed: true,
    allowTrailingStop: false,
    amendAllowed: true,
    cancelReplaceAllowed: true,
    isSpotTradingAllowed: true,
    isMarginTradingAllowed: false,
    filters: [
      { filterType: 'PRICE_FILTER', minPrice: tickSize, maxPrice, tickSize },
      { filterType: 'LOT_SIZE', minQty: stepSize, maxQty, stepSize },
      { filterType: 'MAX_NUM_ORDERS', maxNumOrders },
      { filterType: 'MAX_NUM_ALGO_ORDERS', maxNumAlgoOrders },
    ],
    permissions: [],
    permissionSets: [['SPOT']],
    defaultSelfTradePreventionMode: 'NONE',
    allowedSelfTradePreventionModes: ['NONE'],
  }
}

/** Open orders of a symbol, and stop and take-profit orders among them: as many as at Binance. */
export const maxNumOrders = 200
export const maxNumAlgoOrders = 5

export const orderTypes = [
  'LIMIT',
  'LIMIT_MAKER',
  'MARKET',
  'STOP_LOSS',
  'STOP_LOSS_LIMIT',
  'TAKE_PROFIT',
  'TAKE_PROFIT_LIMIT',
] as const
