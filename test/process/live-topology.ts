import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { BoxServer } from '#test/venues/box-server.ts'
import type { Wire } from '#test/venues/made-market.ts'
import { repository } from './trader.ts'

/** Writes a topology, run `live`, that hears BTCUSDT of an exchange that is played here, with a strategy on bars of a second: its path. */
export function writeLiveTopology(root: string, wire: Wire, { wsUrl, restUrl }: BoxServer, feed = ''): string {
  const topology = join(root, 'live.yaml')
  const lines = [
    ...['run: live', `logs: ${join(root, 'logs')}`, `keys: ${join(root, 'keys')}`, 'router: { port: 0 }'],
    `feed: { kind: exchange, venue: ${wire.name}, symbols: [BTCUSDT], streams: [trades, depth], ${feed}wsUrl: '${wsUrl}', restUrl: '${restUrl}' }`,
    'bars: [{ instrument: BTCUSDT-PERP.BINANCE, interval: 1s }]',
    "account: { currency: USDT, startingCash: '100000' }",
    'venue: { fill: touch, fees: { takerBps: 1, makerBps: 0 } }',
    'strategies: [{ file: cross.yaml, roles: { underlying: BTCUSDT-PERP.BINANCE } }]',
  ]
  writeFileSync(topology, `${lines.join('\n')}\n`)
  const strategy = readFileSync(join(repository, 'examples', 'fast-cross.yaml'), 'utf8')
  writeFileSync(join(root, 'cross.yaml'), strategy.replace('timeframe: 5s', 'timeframe: 1s'))
  return topology
}
