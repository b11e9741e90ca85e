import { join } from 'node:path'
import { isProduction } from '#compose/production-guard.ts'
import type { Topology } from '#compose/topology.ts'
import type { ChildSpec } from '#lib/process/supervised-child.ts'
import { serviceRank } from '#schemas/service-rank.ts'
import { secretVariables } from '#services/venue/adapters/gateway/credentials.ts'

/** Without these a tree would trade twice, unguarded or while time stands still: it stops instead. In lockstep every event waits for every service. */
const vital: readonly string[] = ['log', 'router', 'clock', 'venue', 'orders', 'pnl', 'strategy', 'resolver', 'risk']

/** The processes of a tree: the log, then the router, then every service; the feed ends first and the log last. */
export function treeChildren(topology: Topology, assigned: (process: string) => object): readonly ChildSpec[] {
  const common = ['--assigned', '--keys', topology.keys]
  const child = (name: string, startStage: number, stopStage: number, args: ChildSpec['args']): ChildSpec => ({
    name,
    args,
    startStage,
    stopStage,
    assignment: () => assigned(name),
    env: {
      NODE_OPTIONS: `${process.env.NODE_OPTIONS ?? ''} --max-semi-space-size=${youngMb(name)}`.trim(),
      ...(name === 'venue' && topology.venue.kind !== 'simulated' ? {} : noSecrets),
    },
    isVital: topology.lockstep || vital.includes(name),
  })
  return [
    child('log', 0, 3, ({ log }) => [
      'log',
      ...common,
      ...['--folder', topology.logs, '--run', topology.run, '--port', portOf(log, 0)],
    ]),
    child('router', 1, 2, ({ log, router }) => [
      'router',
      ...common,
      ...['--host', topology.router.host, '--port', portOf(router, topology.router.port)],
      ...['--log', log ?? 'the log is not there'],
    ]),
    ...serviceRank.map((name) =>
      child(name, 2, name === 'md' ? 0 : 1, ({ router }) => [
        name,
        ...common,
        ...['--url', router ?? 'the router is not there'],
        ...(name === 'venue' && isProduction(topology) ? ['--live'] : []),
      ]),
    ),
  ]
}

/**
 * What carries all events holds many for a moment: a small young generation would take every one of them for old, a third of its time. In the
 * others a small one keeps the heap small.
 */
const youngMb = (name: string): number => (['log', 'router', 'md'].includes(name) ? 8 : 1)

/** What signs requests to an exchange is for the process that sends them, and for no other: not for its dumps, not for its children. [G17] */
const noSecrets = Object.fromEntries(secretVariables.map((name) => [name, undefined]))

/** Where the files of a run are. */
export const runFolder = ({ logs, run }: Pick<Topology, 'logs' | 'run'>): string => join(logs, run)

const portOf = (url: string | undefined, otherwise: number): string =>
  url === undefined ? String(otherwise) : new URL(url).port
