import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { defaultTopology } from '#compose/default-topology.ts'
import { keepVenue } from '#compose/keep-venue.ts'
import type { Topology } from '#compose/topology.ts'
import { makeKeys } from '#compose/tree-keys.ts'

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

test('[G56] a run goes on at the venue where it began, and at no other', () => {
  const { venue: paper } = defaultTopology()
  const testnet = { kind: 'binance', environment: 'testnet' }
  const kraken = { kind: 'ccxt', exchange: 'kraken', environment: 'production' }
  keepVenue(at('one', paper))
  keepVenue(at('one', { ...paper, fill: 'next-open' }))
  expect(() => keepVenue(at('one', testnet))).toThrow(
    'run one trades at simulated, and cannot go on at binance testnet',
  )
  keepVenue(at('two', testnet))
  const real = at('two', { ...testnet, environment: 'production' })
  expect(() => keepVenue(real)).toThrow('run two trades at binance testnet, and cannot go on at binance production')
  expect(() => keepVenue(at('two', paper))).toThrow('cannot go on at simulated')
  keepVenue(at('three', kraken))
  expect(() => keepVenue(at('three', { ...kraken, exchange: 'okx' }))).toThrow('cannot go on at ccxt okx production')
  expect(readFileSync(join(folder, 'three', 'run.venue'), 'utf8')).toBe('ccxt kraken production\n')
})
