import type { Hop } from './router-measures.ts'
import type { PeerStatus } from './router-status.ts'

export type RouterFigures = {
  readonly head: number
  readonly committed: number
  readonly frames: number
  readonly refused: number
  readonly fellBehind: number
  readonly connections: readonly PeerStatus[]
  readonly hops: Readonly<Record<string, Hop>>
  readonly rssBytes: number
}

/** The figures of a router in the text format of Prometheus (version 0.0.4). */
export function prometheusText(figures: RouterFigures): string {
  const { connections, hops } = figures
  const each = (value: (one: PeerStatus) => number | null): Sample[] =>
    connections.map((one, i) => [`{identity="${one.identity}",connection="${i}"}`, value(one)])
  const quantiles = Object.entries(hops).flatMap(([hop, { p50, p99, p999 }]): Sample[] => [
    [`{hop="${hop}",quantile="0.5"}`, p50],
    [`{hop="${hop}",quantile="0.99"}`, p99],
    [`{hop="${hop}",quantile="0.999"}`, p999],
  ])
  return [
    metric('trader_log_head', 'gauge', 'Newest event of the log.', [['', figures.head]]),
    metric('trader_router_events_total', 'counter', 'Events made durable through this router.', [
      ['', figures.committed],
    ]),
    metric('trader_router_frames_total', 'counter', 'Frames that clients sent.', [['', figures.frames]]),
    metric('trader_router_refused_total', 'counter', 'Connections that were refused something.', [
      ['', figures.refused],
    ]),
    metric('trader_router_slow_consumers_total', 'counter', 'Times that a consumer fell behind.', [
      ['', figures.fellBehind],
    ]),
    metric('trader_router_connections', 'gauge', 'Clients that are welcome.', [['', connections.length]]),
    metric(
      'trader_router_behind_events',
      'gauge',
      'Events that a consumer is behind.',
      each(({ behind }) => behind),
    ),
    metric(
      'trader_router_unheard_bytes',
      'gauge',
      'Sent to a consumer and not heard yet.',
      each((one) => one.unheardBytes),
    ),
    metric(
      'trader_router_unacknowledged_groups',
      'gauge',
      'Said by a publisher and not in the log yet.',
      each((one) => one.unacknowledged),
    ),
    metric(
      'trader_router_rtt_seconds',
      'gauge',
      'Round trip of the newest heartbeat.',
      each(({ rttMs }) => (rttMs === null ? null : rttMs / 1_000)),
    ),
    metric('trader_router_hop_seconds', 'summary', 'Time that a hop takes.', quantiles),
    metric('process_resident_memory_bytes', 'gauge', 'Resident memory.', [['', figures.rssBytes]]),
  ].join('')
}

type Sample = readonly [labels: string, value: number | null]

function metric(name: string, kind: 'gauge' | 'counter' | 'summary', help: string, samples: readonly Sample[]): string {
  const lines = samples.flatMap(([labels, value]) => (value === null ? [] : [`${name}${labels} ${value}\n`]))
  return `# HELP ${name} ${help}\n# TYPE ${name} ${kind}\n${lines.join('')}`
}
