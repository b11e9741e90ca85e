import { createHmac } from 'node:crypto'
import { retryAfterMs } from '#lib/time/retry-after.ts'
import type { Credentials } from '../gateway/credentials.ts'
import { jsonOf } from '../gateway/json-of.ts'

export type Params = Readonly<Record<string, string>>

/** What an exchange answered: the HTTP status and the JSON; status 0 where no answer came, `text` says why. */
export type HttpAnswer = {
  readonly status: number
  readonly json: unknown
  readonly text: string
  readonly retryAfterMs: number | null
  /** The limit of requests left no room for it before `retryAfterMs`: it was not sent. */
  readonly isHeldBack?: true
  /** What of the minute's limit of requests is used, where it is said. */
  readonly usedWeight: number | null
}

export type ExchangeRequest = {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  readonly path: string
  readonly params: Params
  readonly isSigned: boolean
  /** With the key, and without a signature. */
  readonly isKeyed?: boolean
}

/** Binance, "SIGNED endpoint security": HMAC-SHA256 of the query string. */
export function signed(params: Params, { secret }: Credentials): string {
  const query = new URLSearchParams(params).toString()
  return `${query}&signature=${createHmac('sha256', secret).update(query).digest('hex')}`
}

/** One request, once. Never throws, and never says the address, which has the signature in it. */
export async function sendRequest(
  restUrl: string,
  credentials: Credentials,
  { method, path, params, isSigned, isKeyed = isSigned }: ExchangeRequest,
  timeoutMs: number,
): Promise<HttpAnswer> {
  const query = isSigned ? signed(params, credentials) : new URLSearchParams(params).toString()
  try {
    const response = await fetch(`${restUrl}${path}${query === '' ? '' : `?${query}`}`, {
      method,
      redirect: 'error',
      headers: isKeyed ? { 'x-mbx-apikey': credentials.apiKey } : {},
      signal: AbortSignal.timeout(timeoutMs),
    })
    const text = await response.text()
    const usedWeight = Number(response.headers.get('x-mbx-used-weight-1m') ?? Number.NaN)
    return {
      status: response.status,
      json: jsonOf(text),
      text: text.slice(0, 500),
      retryAfterMs: retryAfterMs(response.headers.get('retry-after')),
      usedWeight: Number.isFinite(usedWeight) ? usedWeight : null,
    }
  } catch (error) {
    const { name, cause } = error as Error
    const code = (cause as { code?: string } | undefined)?.code
    return { status: 0, json: null, text: code ?? name, retryAfterMs: null, usedWeight: null }
  }
}
