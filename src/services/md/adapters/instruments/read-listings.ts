import { basename } from 'node:path'
import { fileLines } from '#lib/files/file-lines.ts'
import { UserError } from '#lib/terminal/user-error.ts'
import { listingsOf as binanceListings } from '../binance/listings.ts'
import { type BinanceMarket, marketIn } from '../binance/markets.ts'
import { listingsOf as deribitListings } from '../deribit/listings.ts'
import type { Listed } from '../import-plan.ts'
import { readPropertiesFile } from '../lean/symbol-properties.ts'
import { LineFault } from '../line-fault.ts'
import { isObject } from '../normalize/read-fields.ts'
import { parseNumbersAsText } from '../number-text.ts'
import { formOf, readRecording } from '../raw/read-recording.ts'
import { leanProperties } from './lean-properties.ts'

export type Read = { readonly listed: Listed; readonly calendar: string }

/** Of Binance's exchangeInfo; what its fields tell is enough but for Binance.US. */
export type ListingOptions = { readonly market?: BinanceMarket }

/**
 * The listings of a file: LEAN's symbol properties (CSV), an answer of Binance's exchangeInfo or of Deribit's get_instruments (JSON), or a recording of a session
 * that has such answers in it. Throws a UserError where it is none of them.
 */
export function readListings(file: string, { market }: ListingOptions = {}): Read[] {
  if (/\.csv(\.gz)?$/i.test(file)) return leanProperties(readPropertiesFile(file))
  try {
    const found = isRecording(file) ? inRecording(file, market) : inAnswer([...fileLines(file)].join('\n'), market)
    if (found.length > 0) return found
  } catch (error) {
    if (error instanceof LineFault || error instanceof SyntaxError) throw new UserError(error.message, { file })
    throw error
  }
  throw new UserError('lists no instruments', {
    file,
    hint: 'expected symbol properties (.csv), exchangeInfo or get_instruments (JSON), or a recording with one of them',
  })
}

function isRecording(file: string): boolean {
  if (!/\.(jsonl|txt|\d+)(\.gz)?$/i.test(basename(file))) return false
  const form = formOf(file)
  return form === 'json' || form === 'text'
}

function inRecording(file: string, market: BinanceMarket | undefined): Read[] {
  const read: Read[] = []
  for (const { record } of readRecording([file], { badLine: () => undefined })) {
    if (record.kind !== 'answer' || !/exchangeInfo|get_instruments/.test(record.url)) continue
    read.push(...inAnswer(record.text, market ?? marketIn([record])))
  }
  return read
}

function inAnswer(text: string, market: BinanceMarket | undefined): Read[] {
  const body = parseNumbersAsText(text)
  if (!isObject(body)) return []
  const always = (listings: Map<string, Listed>) =>
    [...listings.values()].map((listed) => ({ listed, calendar: '24x7' }))
  if (Array.isArray(body.result)) return always(deribitListings(body.result))
  if (!Array.isArray(body.symbols)) return []
  // Contract sizes are numbers in Binance's answers, and everything exact is text.
  return always(binanceListings(JSON.parse(text), market ?? marketOf(body.symbols[0])))
}

/** Only contracts have a type, and only those that are margined in coin a size. */
function marketOf(symbol: unknown): BinanceMarket {
  if (!isObject(symbol) || symbol.contractType === undefined) return 'spot'
  return symbol.contractSize === undefined ? 'usdm' : 'cm'
}
