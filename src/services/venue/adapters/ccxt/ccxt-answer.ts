import type { Credentials } from '../gateway/credentials.ts'
import type { Answer, RejectCode } from '../gateway/real-venue.ts'
import { heldBack, nothing } from '../gateway/understood.ts'
import type { CcxtTrader } from './open-ccxt.ts'

/** `isOrder`: it asks for a new one. */
export type Asking = <T>(ask: () => Promise<Answer<T>>, isOrder?: boolean) => Promise<Answer<T>>

/** How long a limit lasts of which ccxt does not tell: twice as long each time. */
const [leastMs, mostMs] = [5_000, 600_000]
/** The longest ban that an exchange gives. */
const banMs = 3 * 86_400_000

/**
 * Asks, and says what came of it: ccxt throws what an exchange refuses, by classes. Nothing is asked while a limit lasts, and while one of orders
 * does, for no new order. [X4] [G24]
 */
export function asking(credentials: Credentials, exchange: Pick<CcxtTrader, 'last_response_headers'>): Asking {
  const [requests, orders] = [new Limit(), new Limit()]
  return async (ask, isOrder = false) => {
    const pausedMs = () => Math.max(requests.pausedMs(), isOrder ? orders.pausedMs() : 0)
    if (pausedMs() > 0) return heldBack(pausedMs())
    try {
      const answer = await ask()
      requests.passed()
      if (isOrder) orders.passed()
      return answer
    } catch (thrown) {
      const error = errorOf(thrown)
      if (!isLimit(error)) return provedBy(error, credentials)
      const asked = Number(exchange.last_response_headers?.['Retry-After'] ?? 0) * 1_000 || 0
      const limit = tooManyOrders.test(error.message) ? orders : requests
      limit.reached(asked)
      return nothing(wordsOf(error, credentials), pausedMs())
    }
  }
}

/** Binance's -1015: no reason to hold back a cancel. */
const tooManyOrders = /"code":\s*-1015\b/

class Limit {
  #untilMs = 0
  #times = 0

  pausedMs(): number {
    return Math.max(0, this.#untilMs - performance.now())
  }

  reached(askedMs: number): void {
    // What was under way beside it is limited with it, and does not count again.
    if (this.pausedMs() === 0) this.#times++
    const grownMs = Math.min(mostMs, leastMs * 2 ** (this.#times - 1))
    this.#untilMs = Math.max(this.#untilMs, performance.now() + Math.min(Math.max(askedMs, grownMs), banMs))
  }

  passed(): void {
    if (this.pausedMs() === 0) this.#times = 0
  }
}

/** ccxt rejects with answers too. */
const errorOf = (thrown: unknown): Error =>
  thrown instanceof Error && typeof thrown.message === 'string' ? thrown : new Error('an error that is none')

const isLimit = (error: Error): boolean => {
  const kinds = kindsOf(error)
  // A handshake's answer has no class of its own.
  const isHandshake = /server response: 4(18|29)$/.test(error.message)
  return kinds.has('RateLimitExceeded') || kinds.has('DDoSProtection') || isHandshake
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
