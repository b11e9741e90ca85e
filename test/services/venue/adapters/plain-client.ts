import { createHmac } from 'node:crypto'
import { key } from './served-market.ts'

export type Answer = {
  readonly status: number
  readonly headers: Headers
  readonly body: Record<string, unknown> & Record<string, unknown>[]
}
export type Sent = Readonly<Record<string, string>>

/** The path and query of a signed request. */
export function signedPath(path: string, params: Sent | readonly (readonly [string, string])[], nowMs = Date.now()) {
  const list = Array.isArray(params) ? params : Object.entries(params)
  const query = new URLSearchParams([...list, ['timestamp', String(nowMs)]] as [string, string][]).toString()
  return `/api/v3/${path}?${query}&signature=${createHmac('sha256', key.secret).update(query).digest('hex')}`
}

/** A plain client of the documented protocol: signed requests, and those without a signature. */
export function plainClient(url: string) {
  const ask = async (method: string, path: string): Promise<Answer> => {
    const response = await fetch(`${url}${path}`, { method, headers: { 'X-MBX-APIKEY': key.apiKey } })
    return { status: response.status, headers: response.headers, body: (await response.json()) as Answer['body'] }
  }
  return {
    ask,
    open: (path: string) => ask('GET', `/api/v3/${path}`),
    call: (method: string, path: string, params: Parameters<typeof signedPath>[1] = {}) =>
      ask(method, signedPath(path, params)),
  }
}
