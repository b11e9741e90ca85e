import { z } from 'zod'
import { InstrumentId } from '#schemas/primitives.ts'

const kinds = ['binance', 'binance-usdm', 'deribit', 'ccxt'] as const
const environments = ['testnet', 'production', 'served'] as const

/** Trading at an exchange. */
export const RealVenueConfig = z
  .strictObject({
    kind: z.enum(kinds),
    /** Of ccxt: its id there. */
    exchange: z
      .string()
      .regex(/^[a-z0-9]{1,40}$/)
      .optional(),
    /** `served` is `trader venue serve`, or any other address that speaks the exchange's protocol. */
    environment: z.enum(environments),
    restUrl: z.url({ protocol: /^https?$/ }).optional(),
    /** Of the account's stream: at Spot the WebSocket API, at USD-M up to the listen key, at Deribit all there is. */
    wsUrl: z.url({ protocol: /^wss?$/ }).optional(),
    /** `{"apiKey", "secret"}`, mode 0600; not needed where the environment has them. */
    keyFile: z.string().optional(),
    /** What instruments are called there, where that does not follow from their names. */
    symbols: z.record(InstrumentId, z.string().regex(/^[A-Z0-9_/-]{1,64}$/)).default({}),
    /** How long after its timestamp the exchange may take an order. */
    windowMs: z.int().min(100).max(60_000).default(3_000),
    timeoutMs: z.int().min(100).max(60_000).default(5_000),
    /** An order of which nothing is heard for so long is asked for. */
    inFlightMs: z.int().min(50).max(60_000).default(2_000),
    reconcileMs: z.int().min(100).max(3_600_000).default(30_000),
    /** Open orders there that the log does not know, or has ended. */
    external: z.enum(['refuse', 'cancel', 'adopt', 'ignore']).default('refuse'),
    /** Deribit: the price that a stop waits for; its mark price, where nothing is said. */
    triggerBy: z.enum(['mark', 'last', 'index']).optional(),
  })
  .refine(({ kind, triggerBy }) => kind === 'deribit' || triggerBy === undefined, {
    path: ['triggerBy'],
    message: 'goes with kind deribit',
  })
  .refine(({ kind, exchange }) => (kind === 'ccxt') === (exchange !== undefined), {
    path: ['exchange'],
    message: 'goes with kind ccxt, which needs it: the id of an exchange there, like kraken',
  })
  .refine((config) => addressesOf(config) !== null, {
    path: ['restUrl'],
    message:
      'testnet and served take restUrl and wsUrl together (deribit: wsUrl), never those of the exchange’s production; production takes none, nor does ccxt’s testnet',
  })
export type RealVenueConfig = z.infer<typeof RealVenueConfig>

export type VenueAddresses = { readonly restUrl: string; readonly wsUrl: string }
type Place = {
  readonly kind: (typeof kinds)[number]
  readonly environment: (typeof environments)[number]
  readonly restUrl?: string | undefined
  readonly wsUrl?: string | undefined
}

/** ccxt has those of its exchanges, and of their test networks. */
const ofCcxt: VenueAddresses = { restUrl: '', wsUrl: '' }
const addresses: Readonly<Record<Place['kind'], Record<'production' | 'testnet', VenueAddresses>>> = {
  binance: {
    production: { restUrl: 'https://api.binance.com', wsUrl: 'wss://ws-api.binance.com:443/ws-api/v3' },
    testnet: { restUrl: 'https://testnet.binance.vision', wsUrl: 'wss://ws-api.testnet.binance.vision/ws-api/v3' },
  },
  'binance-usdm': {
    production: { restUrl: 'https://fapi.binance.com', wsUrl: 'wss://fstream.binance.com/private/ws' },
    testnet: { restUrl: 'https://testnet.binancefuture.com', wsUrl: 'wss://fstream.binancefuture.com/ws' },
  },
  deribit: {
    production: { restUrl: 'https://www.deribit.com/api/v2', wsUrl: 'wss://www.deribit.com/ws/api/v2' },
    testnet: { restUrl: 'https://test.deribit.com/api/v2', wsUrl: 'wss://test.deribit.com/ws/api/v2' },
  },
  ccxt: { production: ofCcxt, testnet: ofCcxt },
}

/** Null where they are missing or would reach an exchange's production under another name. [G18] */
export function addressesOf({ kind, environment, restUrl, wsUrl }: Place): VenueAddresses | null {
  if (environment === 'production' || (environment === 'testnet' && kind === 'ccxt'))
    return restUrl === undefined && wsUrl === undefined ? addresses[kind][environment] : null
  const known = environment === 'testnet' ? addresses[kind].testnet : { restUrl: undefined, wsUrl: undefined }
  const ws = wsUrl ?? known.wsUrl
  const rest = restUrl ?? (kind === 'deribit' ? ws : known.restUrl)
  if (rest === undefined || ws === undefined || isProduction(rest) || isProduction(ws)) return null
  return { restUrl: rest, wsUrl: ws }
}

// A name may end in a dot: that of the root.
const isProduction = (url: string): boolean =>
  /(^|\.)binance\.(?!vision)[a-z]+\.?$|^(?!test\.).*deribit\.com\.?$/.test(new URL(url).hostname)

/** The instrument that `symbols` calls so. */
export const namedSo = (symbols: RealVenueConfig['symbols'], symbol: string): string | null =>
  Object.keys(symbols).find((instrument) => symbols[instrument] === symbol) ?? null
