import { binanceSpot } from '#services/venue/adapters/binance-spot/binance-spot.ts'
import { ccxtVenue } from '#services/venue/adapters/ccxt/ccxt-venue.ts'
import { Credentials } from '#services/venue/adapters/gateway/credentials.ts'
import type { RealVenue } from '#services/venue/adapters/gateway/real-venue.ts'
import { instrument, key } from './served-market.ts'

const credentials = new Credentials(key.apiKey, key.secret)
type Place = {
  readonly restUrl: string
  readonly wsUrl: string
  readonly timeoutMs: number
  readonly nowMs?: () => number
}

/** Ways of our gateway to a served Binance. */
export const spotAdapters = {
  native: async ({ restUrl, wsUrl, timeoutMs, nowMs = Date.now }: Place): Promise<RealVenue> =>
    binanceSpot({
      config: { symbols: {}, timeoutMs },
      addresses: { restUrl, wsUrl },
      credentials,
      nowMs,
      weightPerMinute: 1_000_000,
    }),
  ccxt: ({ restUrl, wsUrl, timeoutMs, nowMs = Date.now }: Place): Promise<RealVenue> => {
    const config = {
      exchange: 'binance',
      environment: 'served',
      symbols: { [instrument]: 'BTC/USDT' },
      timeoutMs,
    } as const
    // Paths are its own.
    return ccxtVenue({ config, addresses: { restUrl, wsUrl: new URL(wsUrl).origin }, credentials, nowMs })
  },
} as const
export type SpotAdapter = keyof typeof spotAdapters

/** Which of them the suite of a gateway is held to. */
export const chosen: { adapter: SpotAdapter } = { adapter: 'native' }
