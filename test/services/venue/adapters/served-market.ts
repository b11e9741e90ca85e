import ccxt from 'ccxt'
import type { Fact } from '#schemas/event.ts'
import { type BinanceServer, serveBinance } from '#services/venue/adapters/binance/serve-binance.ts'
import { VenueConfig } from '#services/venue/service.ts'

export const key = { apiKey: 'k'.repeat(64), secret: 's'.repeat(64) }
export const instrument = 'BTCUSDT.BINANCE'

export type ServedMarket = {
  readonly server: BinanceServer
  /** How far its clock is ahead of the machine's. */
  readonly clock: { aheadMs: number }
  readonly tell: (topic: string, payload: object) => void
  readonly quote: (bid: string, ask: string, size?: string) => void
  /** Nothing at work, and 5 fresh lots at 100.00 and 101.00. */
  readonly begin: () => void
}

/** A served Binance with one instrument: taker 10 bps. */
export async function servedMarket(
  balances: Record<string, string> = { USDT: '100000', BTC: '20' },
  more: object = {},
  firstId?: number,
): Promise<ServedMarket> {
  let n = 0
  const clock = { aheadMs: 0 }
  const config = VenueConfig.parse({ fill: 'touch', currency: 'USDT', fees: { takerBps: 10, makerBps: 0 }, ...more })
  const server = await serveBinance({
    port: 0,
    key,
    config,
    balances,
    nowMs: () => Date.now() + clock.aheadMs,
    firstId,
    limits: [],
  })
  const tell = (topic: string, payload: object) =>
    server.hear({ topic, payload, at: Date.now() * 1_000, epoch: 1, n: n++ } as unknown as Fact)
  const quote = (bid: string, ask: string, size = '5') =>
    tell('md.tick', { kind: 'quote', instrument, bid, bidSize: size, ask, askSize: size })
  const begin = () => {
    for (const order of server.venue.openOrders()) server.venue.cancel(order)
    quote('100.00', `101.0${(n % 9) + 1}`)
    quote('100.00', '101.00')
  }
  const listing = { tickSize: '0.01', lotSize: '0.001', multiplier: '1', currency: 'USDT', isSimulated: true }
  tell('md.instrument', { instrument, kind: 'spot', ...listing })
  tell('md.tick', { kind: 'trade', instrument, price: '100.50', size: '1', aggressor: 'buy' })
  begin()
  return { server, clock, tell, quote, begin }
}

/** ccxt as it is published; nothing is changed but its addresses, and it is asked for the spot market alone. */
export async function ccxtAt(url: string): Promise<InstanceType<typeof ccxt.pro.binance>> {
  const options = {
    defaultType: 'spot',
    fetchMarkets: { types: ['spot'] },
    fetchCurrencies: false,
    fetchMargins: false,
  }
  const client = new ccxt.pro.binance({ ...key, options })
  const urls = client.urls.api as Record<string, unknown> & { ws: { spot: string; 'ws-api': { spot: string } } }
  const ws = url.replace('http', 'ws')
  urls.public = urls.private = `${url}/api/v3`
  // What is asked for there is refused here, and asked of nobody else.
  urls.sapi = `${url}/sapi/v1`
  urls.ws.spot = `${ws}/ws`
  urls.ws['ws-api'].spot = `${ws}/ws-api/v3`
  // What ccxt asks for before it speaks ws:// without TLS.
  await client.loadHttpProxyAgent()
  await client.loadMarkets()
  return client
}
