import { z } from 'zod'
import { InstrumentId } from '#schemas/primitives.ts'

/** Trading at Binance Spot. */
export const BinanceSpotConfig = z.strictObject({
  kind: z.literal('binance'),
  /** `served` is `trader venue serve`, or any other address that speaks Binance's protocol. */
  environment: z.enum(['testnet', 'production', 'served']),
  restUrl: z.url({ protocol: /^https?$/ }).optional(),
  /** Of the WebSocket API. */
  wsUrl: z.url({ protocol: /^wss?$/ }).optional(),
  /** `{"apiKey", "secret"}`, mode 0600; not needed where the environment has them. */
  keyFile: z.string().optional(),
  /** What instruments are called there; without it `BTCUSDT.BINANCE` is BTCUSDT. */
  symbols: z.record(InstrumentId, z.string().regex(/^[A-Z0-9]{1,32}$/)).default({}),
  /** How long after its timestamp the exchange may take an order (recvWindow). */
  windowMs: z.int().min(100).max(60_000).default(3_000),
  timeoutMs: z.int().min(100).max(60_000).default(5_000),
  /** An order of which nothing is heard for so long is asked for. */
  inFlightMs: z.int().min(50).max(60_000).default(2_000),
  reconcileMs: z.int().min(100).max(3_600_000).default(30_000),
  /** Open orders there that the log does not know. */
  external: z.enum(['refuse', 'cancel', 'ignore']).default('refuse'),
})
export type BinanceSpotConfig = z.infer<typeof BinanceSpotConfig>

export type SpotAddresses = { readonly restUrl: string; readonly wsUrl: string }

const addresses = {
  production: { restUrl: 'https://api.binance.com', wsUrl: 'wss://ws-api.binance.com:443/ws-api/v3' },
  testnet: { restUrl: 'https://testnet.binance.vision', wsUrl: 'wss://ws-api.testnet.binance.vision/ws-api/v3' },
} as const

/** Null where they are missing or would reach the production of Binance under another name. [G18] */
export function addressesOf({ environment, restUrl, wsUrl }: BinanceSpotConfig): SpotAddresses | null {
  if (environment === 'production') return restUrl === undefined && wsUrl === undefined ? addresses.production : null
  const known = environment === 'testnet' ? addresses.testnet : { restUrl: undefined, wsUrl: undefined }
  const [rest, ws] = [restUrl ?? known.restUrl, wsUrl ?? known.wsUrl]
  if (rest === undefined || ws === undefined || isProduction(rest) || isProduction(ws)) return null
  return { restUrl: rest, wsUrl: ws }
}

// A name may end in a dot: that of the root.
const isProduction = (url: string): boolean => /(^|\.)binance\.(?!vision)[a-z]+\.?$/.test(new URL(url).hostname)
