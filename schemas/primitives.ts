import { z } from 'zod'

/** Exact decimal as text: optional minus, no leading zeros, no exponent. `"0.10"` and `"0.1"` are the same number and both legal. */
export const decimalPattern = /^-?(?:0|[1-9]\d*)(?:\.\d+)?$/
/** Exact decimal that is not negative. */
export const unsignedDecimalPattern = /^(?:0|[1-9]\d*)(?:\.\d+)?$/

const decimal = () => z.string().max(64).regex(decimalPattern, 'expected an exact decimal as text, like "60123.45"')
const unsignedDecimal = () =>
  z.string().max(64).regex(unsignedDecimalPattern, 'expected an exact decimal as text that is not negative, like "0.5"')

/** A price in quote currency per unit; may be negative (futures have been). */
export const Price = decimal()
/** An amount of an instrument, never negative: units, contracts or shares. */
export const Quantity = unsignedDecimal()
/** An amount with a sign: a position or a target. Positive is long. */
export const SignedQuantity = decimal()
/** An amount of money in the currency named beside it. */
export const Money = decimal()
/** Integer microseconds since 1970-01-01T00:00:00Z. */
export const Micros = z.int().min(0)
/** `<symbol>.<venue>`, for example `BTCUSDT.BINANCE` or `GOOG-20160617-750-C.USA`. */
export const InstrumentId = z
  .string()
  .max(96)
  .regex(/^[A-Z0-9][A-Z0-9_:/-]*(?:\.[A-Z0-9_-]+)+$/, 'expected an instrument like BTCUSDT.BINANCE')
/** `BTC`, `USD`, `USDT`. */
export const Currency = z
  .string()
  .max(16)
  .regex(/^[A-Z][A-Z0-9]*$/, 'expected a currency like USD')
/** What a venue calls an asset or a contract, in whatever letters: `1INCH`, `BTC_USDC-PERPETUAL`, `BTCUSDT_260327`. */
export const Asset = z.string().max(96).regex(/^\S+$/, 'expected an asset like 1INCH or BTC-PERPETUAL')
/** Lower-case name of a strategy, service or role. */
export const Name = z
  .string()
  .max(64)
  .regex(/^[a-z][a-z0-9_-]*$/, 'expected a lower-case name like ema-cross')
/** Bar width: time (`250ms 1s 5m 1h 1d`), trades (`250t`), volume (`50000v`) or notional (`5000000n`). */
export const Interval = z
  .string()
  .max(16)
  .regex(/^[1-9]\d*(?:ms|s|m|h|d|t|v|n)$/, 'expected a bar width like 1m, 1d or 250t')
/** Id of an event: `<source>:<seq of the cause>.<n>` for an answer, `<source>:e<epoch>.<n>` for an outside fact. */
export const EventId = z
  .string()
  .max(96)
  .regex(/^[a-z][a-z0-9_-]*:e?\d+\.\d+$/, 'expected an event id like risk:42.0 or md:e1.7')
/** SHA-256 in lower-case hex. */
export const Sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'expected a SHA-256 in hex')
/** Calendar date `YYYY-MM-DD`. */
export const IsoDate = z.string().regex(/^\d{4}-\d{2}-\d{2}$/, 'expected a date like 2026-11-24')
/** Words for people; never parsed. */
export const Text = z.string().max(2000)

export const Side = z.enum(['buy', 'sell'])
/** `stop` and `market_if_touched` wait for a price from either side of the market; with `_limit` they become limit orders there. */
export const OrderType = z.enum([
  'market',
  'limit',
  'stop',
  'stop_limit',
  'trailing_stop',
  'market_if_touched',
  'limit_if_touched',
])
export const TimeInForce = z.enum(['GTC', 'IOC', 'FOK', 'DAY', 'GTD'])
export const OptionRight = z.enum(['call', 'put'])
