import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { expect, test } from 'vitest'
import { chanceOf } from '#test/faults/chance.ts'
import type { Line } from '#test/faults/round-venues.ts'
import { roundVenues } from '#test/faults/round-venues.ts'
import { gatewayScene, pause, when } from './gateway-scene.ts'

type Refusal = { readonly status: number; readonly seconds: number }

/** Before a venue: what limits, and counts what is asked all the same. */
async function limitedLine(url: string, limits: (path: string) => Refusal | null) {
  const { origin, host } = new URL(url)
  const asked: string[] = []
  const refused: string[] = []
  const server = createServer(async (request, response) => {
    const { method = '', url: target = '', headers } = request
    const body = await text(request)
    const what = `${method} ${target.split('?')[0]}`
    asked.push(what)
    const limit = limits(what)
    if (limit !== null) {
      refused.push(what)
      const headersOf = { 'retry-after': String(limit.seconds) }
      return void response.writeHead(limit.status, headersOf).end('{"code":-1003,"msg":"Too many requests"}')
    }
    const sent = { 'x-mbx-apikey': String(headers['x-mbx-apikey']), 'content-type': String(headers['content-type']) }
    const answer = await fetch(`${origin}${target}`, { method, headers: sent, ...(body === '' ? {} : { body }) })
    response.writeHead(answer.status, { 'content-type': 'application/json' }).end(await answer.text())
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  const restUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const close = () => {
    server.closeAllConnections()
    server.close()
  }
  return { line: { restUrl, wsUrl: `ws://${host}/ws-api/v3` } as Line, asked, refused, close }
}

const kinds = [
  ['binance', 'BTCUSDT.BINANCE', 418],
  ['binance', 'BTCUSDT.BINANCE', 429],
  ['ccxt', 'BTCUSDT.BINANCE', 418],
  ['binance-usdm', 'BTCUSDT-PERP.BINANCE', 429],
] as const

test.each(kinds)(
  '[G24] %s %s: after a %i nothing is sent before the instant it names',
  async (kind, instrument, status) => {
    const venue = await roundVenues[kind](chanceOf(1))
    let limit: Refusal | null = null
    const { line, refused, close } = await limitedLine(venue.url, () => limit)
    const scene = gatewayScene(instrument)
    scene.begin()
    scene.list()
    scene.start(await venue.connect(line, { symbols: {}, timeoutMs: 1_000 }), { windowMs: 3_000 })
    await scene.hasSaid('venue.reconciled')
    scene.submit('t-1-0')
    await scene.hasSaid('order.accepted')
    limit = { status, seconds: 6 }
    await when(() => refused.length > 0)
    await pause(200)
    const { length } = refused
    scene.into('order.cancel_requested', { clientOrderId: 't-1-0', instrument, reason: 'asked' })
    scene.submit('t-2-0')
    await pause(3_000)
    expect(refused).toHaveLength(length)
    expect(length).toBeLessThan(4)
    limit = null
    await when(() => scene.topics().includes('order.canceled'))
    scene.stop()
    close()
    await venue.close()
  },
  30_000,
)
