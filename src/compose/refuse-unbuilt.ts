import { isTick } from '#lib/strategy/strategy-slot.ts'
import { UserError } from '#lib/terminal/user-error.ts'
import type { bindStrategy } from '#services/strategy/adapters/strategy-file.ts'
import type { ServiceConfig } from './service-configs.ts'
import type { Topology } from './topology.ts'

/**
 * Throws a UserError for a strategy of a tree that would wait for ever: of a market that comes as trades there are only the bars that are built of
 * them. `config` is that of the strategy service.
 */
export function refuseUnbuilt({ feed, bars, lockstep }: Topology, config: ServiceConfig | undefined): void {
  if (lockstep || config === undefined || (feed.kind !== 'exchange' && feed.kind !== 'seeded')) return
  const streamed: string[] = feed.kind === 'exchange' ? feed.streams.map((stream) => stream.replace('bar:', '')) : []
  const { strategies } = config.config as { readonly strategies: readonly ReturnType<typeof bindStrategy>[] }
  for (const { definition, roles } of strategies)
    for (const { role, timeframe } of definition.series) {
      const isOf = (instrument: string | undefined) => instrument === undefined || instrument === roles[role]
      if (streamed.includes(timeframe) || isTick(timeframe)) continue
      if (bars.some(({ instrument, interval }) => interval === timeframe && isOf(instrument))) continue
      throw new UserError(`${definition.name} reads bars of ${timeframe} of ${roles[role]}, and nothing builds them`, {
        hint: `add { interval: ${timeframe} } to bars of the topology`,
      })
    }
}
