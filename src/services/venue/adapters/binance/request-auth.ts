import { createHmac, timingSafeEqual } from 'node:crypto'
import { fault } from './binance-fault.ts'
import { needed, type Params, wholeNumber, wholeNumberIn } from './request-params.ts'

export type ApiKey = { readonly apiKey: string; readonly secret: string }

/** A request of who holds the key. Throws a BinanceFault. */
export function checkKey(header: string | undefined, { apiKey }: ApiKey): void {
  if (header === undefined || header === '') throw fault.keyFormat()
  if (!isSame(header, apiKey)) throw fault.apiKey()
}

/**
 * A signed request (Binance, "SIGNED endpoint security"): HMAC-SHA256 of the query string followed by the body, without the signature, and a
 * timestamp within the window. Throws a BinanceFault.
 */
export function checkSignature(query: string, body: string, params: Params, { secret }: ApiKey, nowMs: number): void {
  const signature = needed(params, 'signature')
  const without = (text: string) => text.replace(/(^|&)signature=[^&]*/, '')
  const signed = `${without(query)}${without(body)}`
  const expected = createHmac('sha256', secret).update(signed.replace(/^&/, '')).digest('hex')
  if (!isSame(signature.toLowerCase(), expected)) throw fault.signature()
  const timestamp = wholeNumber(needed(params, 'timestamp'), 'timestamp')
  const window = wholeNumberIn(params, 'recvWindow') ?? 5_000
  if (window > 60_000) throw fault.recvWindow()
  if (timestamp >= nowMs + 1_000) throw fault.early()
  if (nowMs - timestamp > window) throw fault.timestamp()
}

function isSame(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)]
  return left.length === right.length && timingSafeEqual(left, right)
}
