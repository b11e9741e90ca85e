import assert from 'node:assert/strict'
import { newestPrice } from '#lib/domain/newest-price.ts'
import type { Ledger } from './ledger.ts'

/** What values a position in an instrument: both are there from the first fill that counted in it. [P5] */
export function valuationOf({ terms, prices }: Ledger, instrument: string): { multiplier: string; mark: string } {
  const multiplier = terms.get(instrument)?.multiplier
  const mark = newestPrice(prices, instrument)
  assert(multiplier !== undefined && mark !== null, `${instrument} was filled, so a listing and a mark were expected`)
  return { multiplier, mark }
}
