import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { defaultTopology } from '#compose/default-topology.ts'
import { keepVenue, refuseOtherVenue } from '#compose/keep-venue.ts'
import type { Topology } from '#compose/topology.ts'
import { makeKeys } from '#compose/tree-keys.ts'
import { bodyAsSaid, bodyOf } from '#lib/codec/event-text.ts'
import { openEventLog } from '#lib/journal/open-event-log.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'trader-venue-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const at = (run: string, venue: object): Topology => {
  const topology = { ...defaultTopology(), run, logs: folder, venue } as Topology
  makeKeys(join(folder, 'keys'), join(folder, run))
  return topology
}

const starts = (run: string, venue: object): void => {
  refuseOtherVenue(at(run, venue))
  keepVenue(at(run, venue))
}

test('[G56] a run goes on at the venue where it began, and at no other', () => {
  const { venue: paper } = defaultTopology()
  const testnet = { kind: 'binance', environment: 'testnet' }
  const kraken = { kind: 'ccxt', exchange: 'kraken', environment: 'production' }
  starts('one', paper)
  starts('one', { ...paper, fill: 'next-open' })
  expect(() => starts('one', testnet)).toThrow('run one trades at simulated, and cannot go on at binance testnet')
  starts('two', testnet)
  const real = { ...testnet, environment: 'production' }
  expect(() => starts('two', real)).toThrow('run two trades at binance testnet, and cannot go on at binance production')
  expect(() => starts('two', paper)).toThrow('cannot go on at simulated')
  starts('three', kraken)
  expect(() => starts('three', { ...kraken, exchange: 'okx' })).toThrow('cannot go on at ccxt okx production')
  expect(readFileSync(join(folder, 'three', 'run.venue'), 'utf8')).toBe('ccxt kraken production\n')
})

test('[G56] a run that was papertraded is known by its log too; a first start that came to nothing binds nobody', async () => {
  const { venue: paper } = defaultTopology()
  const testnet = { kind: 'binance', environment: 'testnet' }
  refuseOtherVenue(at('four', testnet))
  refuseOtherVenue(at('four', paper))
  const log = await openEventLog(join(folder, 'five'))
  const payload = { service: 'venue', hash: '0'.repeat(64), config: {} }
  const event = { id: 'venue:e1.0', topic: 'system.config', v: 1, at: 1, source: 'venue', cause: null, payload }
  await log.append([[bodyOf(event as never)]])
  await log.close()
  refuseOtherVenue(at('five', paper))
  expect(() => refuseOtherVenue(at('five', testnet))).toThrow('run five trades at simulated, and cannot go on')
})

test('[G56] a run that has orders, and did not write down where, goes on when the operator did', async () => {
  const { venue: paper } = defaultTopology()
  const testnet = { kind: 'binance', environment: 'testnet' }
  const said = async (run: string, ...events: { source: string; topic: string }[]) => {
    const log = await openEventLog(join(folder, run))
    const more = { v: 1, at: 1, cause: null, payload: { clientOrderId: 'one-1-0' } }
    for (const event of events)
      await log.append([[bodyAsSaid({ id: `${event.source}:e1.0`, ...event, ...more } as never)]])
    await log.close()
  }
  const sent = { source: 'orders', topic: 'order.submitted' }
  const heard = { source: 'venue-binance', topic: 'order.accepted' }
  await said('six', sent, heard)
  expect(() => refuseOtherVenue(at('six', paper))).toThrow('run six trades at binance, and cannot go on at simulated')
  expect(() => refuseOtherVenue(at('six', { ...testnet, kind: 'binance-usdm' }))).toThrow(
    'trades at binance, and cannot',
  )
  expect(() => refuseOtherVenue(at('six', testnet))).toThrow(
    'run six has orders at binance, and it is not written down which that is',
  )
  writeFileSync(join(folder, 'six', 'run.venue'), 'binance testnet\n')
  refuseOtherVenue(at('six', testnet))
  expect(() => refuseOtherVenue(at('six', { ...testnet, environment: 'production' }))).toThrow('cannot go on at')
  await said('seven', sent)
  expect(() => refuseOtherVenue(at('seven', testnet))).toThrow('run seven has orders at a real venue, and it is not')
  expect(() => refuseOtherVenue(at('seven', paper))).toThrow('trades at a real venue, and cannot go on at simulated')
  const fed = { ...at('six', paper), run: 'seven', feed: { kind: 'run', path: folder } } as Topology
  refuseOtherVenue(fed)
})
