import { type Money, moneyOfExact, moneyText } from '#lib/domain/money.ts'
import type { Account } from './account.ts'
import { beyondUse, cashUse } from './margin-use.ts'
import type { BrokenLimit, Priced, Proposal } from './proposal.ts'

/**
 * Everything is paid in full: what buys at work may cost, with their fees, and short puts may have to buy comes out of cash; nothing else is
 * short, and where it is all the same there is no cash to spend. [R28]
 */
export function brokenCash(account: Account, { instrument, side, listing, sums }: Priced): BrokenLimit | null {
  const unpriced = sums.noValue()
  if (unpriced !== null) return { code: 'NO_PRICE', value: unpriced }
  const short = sums.ofInstrument('shortUnits')
  if (side === 'sell' && short > 0n) {
    const isCovered =
      listing.kind === 'option' &&
      // What a put on a falling coin may owe in coins has no end.
      !listing.isCoinQuoted &&
      (listing.right === 'put' || areCallsCovered(account, sums, listing.underlying))
    if (!isCovered) return { code: 'SHORT_NOT_ALLOWED', value: moneyText(-short as Money), limit: '0' }
  }
  return beyondUse(cashUse(account, sums), instrument)
}

/** In a cash account shares that cover short calls are not sold, though that only closes. [R6] [R28] */
export function brokenCover(
  { config, books }: Account,
  { instrument, side, quantity }: Pick<Proposal, 'instrument' | 'side' | 'quantity'>,
): BrokenLimit | null {
  if (config.margin?.kind !== 'cash' || side === 'buy') return null
  const needed = books.sums.callsOn.get(instrument) ?? 0n
  if (needed === 0n) return null
  const left = sharesThatCover(books, instrument) - moneyOfExact(quantity)
  return left < needed
    ? { code: 'SHORT_NOT_ALLOWED', value: moneyText(left as Money), limit: moneyText(needed as Money) }
    : null
}

const areCallsCovered = ({ books }: Account, sums: Priced['sums'], underlying: string | null): boolean =>
  underlying !== null && sharesThatCover(books, underlying) >= sums.callsOn(underlying)

const sharesThatCover = ({ sums }: Account['books'], underlying: string): bigint =>
  sums.byInstrument.get(underlying)?.coverShares ?? 0n
