import type { Credentials } from '../gateway/credentials.ts'
import type { Answer, RejectCode } from '../gateway/real-venue.ts'
import { nothing } from '../gateway/understood.ts'

/** Asks, and says what came of it: ccxt throws what an exchange refuses, by classes. [X4] */
export async function asking<T>(credentials: Credentials, ask: () => Promise<Answer<T>>): Promise<Answer<T>> {
  try {
    return await ask()
  } catch (error) {
    return provedBy(error as Error, credentials)
  }
}

/** What an error of ccxt proves. What is not listed here proves nothing. */
function provedBy(error: Error, credentials: Credentials): Answer<never> {
  const kinds = kindsOf(error)
  const reason = wordsOf(error, credentials)
  const refused = (code: RejectCode): Answer<never> => ({ kind: 'refused', code, reason })
  if (kinds.has('OrderNotFound')) return { kind: 'absent' }
  if (kinds.has('DuplicateOrderId') || (kinds.has('ExchangeError') && /duplicate/i.test(reason)))
    return refused('DUPLICATE_CLIENT_ORDER_ID')
  if (kinds.has('InsufficientFunds')) return refused('INSUFFICIENT_BALANCE')
  if (kinds.has('BadSymbol')) return refused('INSTRUMENT_UNKNOWN')
  if (kinds.has('MarketClosed')) return refused('VENUE_CLOSED')
  if (kinds.has('NotSupported') || kinds.has('ArgumentsRequired')) return refused('TERMS_INVALID')
  if (kinds.has('InvalidOrder') && !kinds.has('OrderNotCached')) return refused(invalidCode(reason))
  return nothing(reason)
}

function invalidCode(reason: string): RejectCode {
  if (/lot|quantity|amount/i.test(reason)) return 'QUANTITY_INVALID'
  return /price/i.test(reason) ? 'PRICE_INVALID' : 'REFUSED'
}

/** The names of its class and of those above it. */
function kindsOf(error: Error): Set<string> {
  const kinds = new Set<string>()
  for (let kind = error.constructor; typeof kind === 'function' && kind.name !== ''; kind = Object.getPrototypeOf(kind))
    kinds.add(kind.name)
  return kinds
}

/** What may be said of an error: no address, which could be a signed one, and no key. [G17] */
export function wordsOf(error: Error, { apiKey, secret, password }: Credentials): string {
  const { name } = error.constructor
  const isTelling = [apiKey, secret, ...(password === null ? [] : [password]), '://', 'signature'].some((part) =>
    error.message.includes(part),
  )
  return isTelling ? name : `${name}: ${error.message.replaceAll(/\s+/g, ' ').slice(0, 300)}`
}
