import { compareExact, type ExactDecimal } from '#lib/bars/exact-decimal.ts'
import { type Money, moneyOfExact, moneyScale, moneyText } from '#lib/domain/money.ts'
import { zero } from '#lib/domain/signed-decimal.ts'
import { type Account, cashOf } from './account.ts'
import { type BrokenLimit, exactText, type Priced, type Proposal } from './proposal.ts'

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
  const all = cashOf(account)
  if (all === null) return { code: 'NO_PRICE', value: instrument }
  const cash = sums.all('unsecured') > 0n && all.units > 0n ? zero : all
  const reserved: ExactDecimal = {
    units: sums.all('cost') + sums.all('secured') + sums.all('fees'),
    scale: moneyScale,
  }
  return compareExact(reserved, cash) > 0
    ? { code: 'MARGIN_EXCEEDS_AVAILABLE', value: exactText(reserved), limit: exactText(cash) }
    : null
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
