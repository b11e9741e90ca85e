import { isOfNow, type Topology } from './topology.ts'

/** How time goes: with the system's clock, with a run in lockstep, or with what was recorded. */
export function timeMode(topology: Topology): 'live' | 'backtest' | 'replay' {
  if (clockMode(topology) === 'live') return 'live'
  return topology.lockstep && topology.feed.kind !== 'run' ? 'backtest' : 'replay'
}

/** Whose time it is: the system's for a market of now, the events' for one that was recorded, is played or goes in lockstep. [C10] */
const clockMode = (topology: Topology): 'live' | 'replay' =>
  topology.clock.mode ?? (isOfNow(topology) ? 'live' : 'replay')
