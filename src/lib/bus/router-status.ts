import type { Peer } from './peer.ts'
import type { RouterMeasures } from './router-measures.ts'

export type PeerStatus = ReturnType<typeof peerStatus>

/** How a client does: where it is in the log, and what is on the way to it and from it. */
export function peerStatus({ identity, subscriber, heartbeat, unacknowledged }: Peer, head: number) {
  const seq = subscriber === null ? head : subscriber.next - 1
  const state = seq >= head ? ('live' as const) : ('catching_up' as const)
  const unheardBytes = subscriber?.unheardBytes ?? 0
  const { rttMs } = heartbeat
  return { identity, state, seq, behind: Math.max(0, head - seq), rttMs, unheardBytes, unacknowledged }
}

type Status = { readonly head: number; readonly committed: number; readonly connections: readonly PeerStatus[] }

/** What a router says of itself as `system.metrics`. */
export function metricsOf({ head, committed, connections }: Status, measures: RouterMeasures): Record<string, number> {
  const { frames, refused, fellBehind } = measures
  const behind = connections.reduce((most, one) => Math.max(most, one.behind), 0)
  const rssBytes = process.memoryUsage.rss()
  const counted = { head, committed, frames, refused, fellBehind, behind, connections: connections.length, rssBytes }
  const hops = Object.entries(measures.hops()).flatMap(([hop, { p50, p99 }]) => [
    [`${hop}.p50Seconds`, p50],
    [`${hop}.p99Seconds`, p99],
  ])
  return { ...counted, ...Object.fromEntries(hops) }
}
