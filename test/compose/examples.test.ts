import { globSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { readTopology } from '#compose/topology.ts'
import { liveVenueNamed } from '#services/md/adapters/venues.ts'

const examples = join(import.meta.dirname, '..', '..', 'examples')
const topologies = globSync('*.yaml', { cwd: examples }).filter((name) => name !== 'fast-cross.yaml')

it.each(topologies)('examples/%s is a topology, and its exchange plans connections', (name) => {
  const { feed } = readTopology(join(examples, name))
  if (feed.kind !== 'exchange') return
  const { venue, market } = liveVenueNamed(feed.venue)
  if (!('connections' in venue)) throw new Error('a library plans no connections')
  expect(venue.connections({ market, symbols: feed.symbols, streams: feed.streams }).length).toBeGreaterThan(0)
})
