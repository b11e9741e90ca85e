import { isTick } from '#lib/strategy/strategy-slot.ts'
import { UserError } from '#lib/terminal/user-error.ts'
import { readManifest } from '#services/md/adapters/data-set-manifest.ts'
import { dataSetFeed } from '#services/md/adapters/dataset-feed.ts'
import type { ServiceConfig } from './service-configs.ts'
import { strategiesIn } from './strategies-in.ts'
import { checkBars } from './strategy-bars.ts'
import type { Topology } from './topology.ts'

/**
 * Throws a UserError for a strategy of a tree that would wait for ever: of a market that comes as trades there are only the bars that are built of
 * them, of a recorded one those that it has as well. `config` is that of the strategy service.
 */
export function refuseUnbuilt(topology: Topology, config: ServiceConfig | undefined): void {
  const { feed, lockstep } = topology
  if (lockstep || config === undefined || feed.kind === 'run') return
  const strategies = strategiesIn(config.config)
  if (feed.kind === 'data-set') refuseUnrecorded(topology, feed, strategies)
  else refuseUnstreamed(topology, feed.kind === 'exchange' ? feed.streams : [], strategies)
}

type Bound = ReturnType<typeof strategiesIn>[number]

function refuseUnrecorded(
  topology: Topology,
  { path, speed, ...selection }: Extract<Topology['feed'], { kind: 'data-set' }>,
  strategies: readonly Bound[],
): void {
  const instruments = readManifest(path).instruments.map(({ instrument }) => instrument)
  const facts = () => dataSetFeed(path, selection)
  for (const { definition, roles } of strategies)
    checkBars(definition, roles, (instrument) => widthsOf(topology, instrument), { facts, instruments })
}

function refuseUnstreamed(topology: Topology, streams: readonly string[], strategies: readonly Bound[]): void {
  const streamed = streams.map((stream) => stream.replace('bar:', ''))
  for (const { definition, roles } of strategies)
    for (const { role, timeframe } of definition.series) {
      if (streamed.includes(timeframe) || isTick(timeframe)) continue
      if (widthsOf(topology, roles[role]).includes(timeframe)) continue
      throw new UserError(`${definition.name} reads bars of ${timeframe} of ${roles[role]}, and nothing builds them`, {
        hint: `add { interval: ${timeframe} } to bars of the topology`,
      })
    }
}

const widthsOf = ({ bars }: Topology, of: string | undefined): readonly string[] =>
  bars.flatMap(({ instrument, interval }) => (instrument === undefined || instrument === of ? [interval] : []))
