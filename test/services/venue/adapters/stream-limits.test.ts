import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import { WebSocketServer } from 'ws'
import { binanceSpot } from '#services/venue/adapters/binance-spot/binance-spot.ts'
import { binanceUsdm } from '#services/venue/adapters/binance-usdm/binance-usdm.ts'
import { deribit } from '#services/venue/adapters/deribit/deribit.ts'
import { Credentials } from '#services/venue/adapters/gateway/credentials.ts'
import type { RealVenue } from '#services/venue/adapters/gateway/real-venue.ts'
import { chanceOf } from '#test/faults/chance.ts'
import { type Line, roundVenues } from '#test/faults/round-venues.ts'
import { pause, when } from './gateway-scene.ts'

const credentials = new Credentials('k'.repeat(64), 's'.repeat(64))

/** An exchange that answers questions, and limits who connects: in the handshake, or what is asked for first. */
async function limitingExchange({ isInHandshake }: { readonly isInHandshake: boolean }) {
  const seen = { asked: 0, knocks: 0, isLimiting: true }
  const server = createServer((_, response) => {
    seen.asked++
    response.writeHead(200, { 'content-type': 'application/json' }).end('{"serverTime":1,"listenKey":"one"}')
  })
  const sockets = new WebSocketServer({ noServer: true })
  server.on('upgrade', (request, socket, head) => {
    seen.knocks++
    if (seen.isLimiting && isInHandshake)
      return void socket.end('HTTP/1.1 418 Gone\r\nRetry-After: 4\r\nContent-Length: 0\r\n\r\n')
    sockets.handleUpgrade(request, socket, head, (opened) => {
      const data = { serverTime: 1_000_000, retryAfter: 1_004_000 }
      const answer = { id: 'user', status: 418, error: { code: -1003, msg: 'banned', data } }
      opened.on('message', () => seen.isLimiting && opened.send(JSON.stringify(answer)))
    })
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    seen,
    addresses: { restUrl: `http://${host}`, wsUrl: `ws://${host}` },
    close: () => {
      sockets.close()
      server.closeAllConnections()
      server.close()
    },
  }
}

const config = { symbols: {}, timeoutMs: 1_000 }
type Addresses = Awaited<ReturnType<typeof limitingExchange>>['addresses']
const adapters = {
  binance: async (addresses: Addresses) => binanceSpot({ config, addresses, credentials, nowMs: Date.now }),
  'binance-usdm': async (addresses: Addresses) => binanceUsdm({ config, addresses, credentials, nowMs: Date.now }),
  deribit: async (addresses: Addresses) => deribit({ config, addresses, credentials, nowMs: Date.now }),
}

/** Opens a stream, which the venue ends with a reason; answers how to stop it. */
async function untilRefused(venue: Pick<RealVenue, 'stream'>): Promise<() => void> {
  const told: string[] = []
  const end = venue.stream({
    onOpen: () => undefined,
    onOrder: () => undefined,
    onPaid: () => undefined,
    onClose: (why) => told.push(why),
  })
  await when(() => told.length > 0)
  return end
}

test.each([
  ['binance', true],
  ['binance', false],
  ['binance-usdm', true],
  ['deribit', true],
] as const)(
  '[G24] %s: who connects is banned (in the handshake: %s): nobody knocks or asks before the time it names, and then it opens',
  async (kind, isInHandshake) => {
    const { seen, addresses, close } = await limitingExchange({ isInHandshake })
    const venue = await adapters[kind](addresses)
    const end = await untilRefused(venue)
    const { asked } = seen
    expect((await venue.time()).kind).toBe('nothing')
    await pause(2_500)
    expect([seen.knocks, seen.asked]).toEqual([1, asked])
    seen.isLimiting = false
    await when(() => seen.knocks > 1)
    end()
    close()
  },
  20_000,
)

test('[G24] through ccxt, which does not tell the time that it names: 5 s', async () => {
  const { seen, addresses, close } = await limitingExchange({ isInHandshake: true })
  const served = await roundVenues.ccxt(chanceOf(1))
  const line = { restUrl: served.url, wsUrl: addresses.wsUrl } as Line
  const venue = await served.connect(line, config)
  const end = await untilRefused(venue)
  expect((await venue.time()).kind).toBe('nothing')
  await pause(3_500)
  expect(seen.knocks).toBe(1)
  await when(() => seen.knocks > 1)
  end()
  close()
  await served.close()
}, 20_000)
