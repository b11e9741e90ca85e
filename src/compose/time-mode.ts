import type { Topology } from './topology.ts'

/** How time goes: with the system's clock, with a run in lockstep, or with what was recorded. */
export function timeMode(topology: Topology): 'live' | 'backtest' | 'replay' {
  if (clockMode(topology) === 'live') return 'live'
  return topology.lockstep && topology.feed.kind !== 'run' ? 'backtest' : 'replay'
}

/** Whose time it is: the system's for a live market, the events' for a recorded one. */
const clockMode = ({ clock, feed }: Topology): 'live' | 'replay' =>
  clock.mode ?? (feed.kind === 'seeded' || feed.kind === 'exchange' ? 'live' : 'replay')
