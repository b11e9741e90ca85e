import { isDeepStrictEqual } from 'node:util'
import type { StrategyDefinition } from '#lib/strategy/strategy-definition.ts'
import { UserError, userErrorLine } from '#lib/terminal/user-error.ts'
import { catalogue, topics } from '#schemas/catalogue.ts'
import type { ServiceName } from '#schemas/service-rank.ts'
import { readStrategyFile } from '#services/strategy/adapters/strategy-file.ts'
import { watchStrategyFiles } from '#services/strategy/adapters/watch-strategy-files.ts'
import type { Assignment, ServiceTopics } from './assignment.ts'
import { limitsAsRunning } from './limits-as-running.ts'
import { refuseUnlimited } from './production-guard.ts'
import { refuseDoubleBars } from './refuse-double-bars.ts'
import { refuseOtherCurrency } from './refuse-other-currency.ts'
import { refuseUnbuilt } from './refuse-unbuilt.ts'
import {
  answeringServices,
  configsOf,
  reloadedConfigs,
  type ServiceConfig,
  type ServiceConfigs,
} from './service-configs.ts'
import { everyService } from './services.ts'
import { definitionsIn } from './strategies-in.ts'
import { readTopology, type Topology } from './topology.ts'
import { untradedLimits } from './untraded-limits.ts'
import { watchTopology } from './watch-topology.ts'

/** What every process of a tree is to do; configurations of files that change are those of the new files. */
export type Assignments = {
  readonly of: (process: string) => Assignment
  /** Tells of other configurations of these processes. */
  readonly watch: (processes: readonly string[], told: ConfigChanges) => { close(): void }
}

export type ConfigChanges = {
  readonly changed: (service: ServiceName, config: ServiceConfig) => void
  /** A file with a fault changes nothing; some of what changed waits for the next start. */
  readonly unchanged: (message: string) => void
}

/** Whose part of a topology takes effect at once when its file changes. */
const reloading: readonly ServiceName[] = ['risk', 'pnl', 'resolver']

/** Throws a UserError on a fault in a strategy file. `topologyFile` is null where it is not to be watched. */
export function assignmentsOf(topology: Topology, topologyFile: string | null): Assignments {
  let configs = buildableConfigs(topology)
  const services = serviceTopics(topology)
  const of = (process: string): Assignment => ({
    topology,
    config: configs[process as ServiceName] ?? null,
    services,
  })
  const watch = (processes: readonly string[], told: ConfigChanges) => {
    const take = (names: readonly ServiceName[], read: ServiceConfigs) => {
      for (const name of names) {
        const config = read[name]
        if (config === undefined || config.hash === configs[name]?.hash || !processes.includes(name)) continue
        configs = { ...configs, [name]: config }
        told.changed(name, config)
      }
    }
    // A run in lockstep, or fed again, is that of its files as they were at the start.
    const isFixed = topology.lockstep || topology.feed.kind === 'run'
    const isWatching = (names: readonly string[]) => !isFixed && names.some((one) => processes.includes(one))
    const watches: { close(): void }[] = []
    /** With what was taken of its file since the start. */
    let inForce = topology
    const running = () => definitionsIn(configs.strategy?.config)
    if (topologyFile !== null && isWatching([...reloading, 'md'])) {
      // Flags may say otherwise than the file: what is compared is the file.
      const atStart = readTopology(topologyFile)
      watches.push(
        watchTopology(topologyFile, {
          changed: (changed) => {
            const { risk, waiting } = limitsAsRunning(changed, inForce, running())
            const taken = takenFrom(topology, { ...changed, risk }, inForce)
            // What runs trades real money, whatever the file says of its venue now.
            refuseUnlimited(taken, true)
            refuseOtherCurrency(topology.account.currency, { ...changed, run: topology.run })
            const limits = waiting.map((name) => `risk.strategies.${name}`)
            for (const part of processes.includes('md') ? [...waitingParts(atStart, changed), ...limits] : [])
              told.unchanged(
                `${topologyFile}: ${part} is not what it was: this takes effect when trader is started again`,
              )
            take(reloading, reloadedConfigs(taken, configs))
            inForce = taken
            for (const line of processes.includes('md') ? untradedLimits(taken, running()) : [])
              told.unchanged(`${topologyFile}: ${line}`)
          },
          unreadable: (error) => told.unchanged(`${userErrorLine(error)}; what was in force stays in force`),
        }),
      )
    }
    if (isWatching(['strategy'])) {
      const changed = () => {
        refuseRenamed(topology, running())
        take(['resolver', 'strategy'], buildableConfigs(inForce))
      }
      watches.push(watchStrategies(topology, changed, told.unchanged))
    }
    return {
      close: () => {
        for (const one of watches) one.close()
      },
    }
  }
  return { of, watch }
}

/** Parts of a changed topology that a running tree does not take. */
function waitingParts(atStart: Topology, changed: Topology): readonly string[] {
  const taken: Readonly<Record<string, unknown>> = takenFrom(atStart, changed)
  return [...new Set([...Object.keys(taken), ...Object.keys(changed)])].filter(
    (part) => !isDeepStrictEqual(taken[part], changed[part as keyof Topology]),
  )
}

/** What a running tree takes of a changed file: limits, the account, and how orders are worded, those of a strategy that it has no more as before. All else is what it was at the start. */
const takenFrom = (
  topology: Topology,
  { risk, account, strategies: changed }: Topology,
  inForce: Topology = topology,
): Topology => ({
  ...topology,
  risk,
  account,
  strategies: topology.strategies.map(({ file, roles }, n) => {
    const { orders } =
      changed.find((one) => one.file === file) ?? (inForce.strategies[n] as Topology['strategies'][number])
    return { file, roles, ...(orders === undefined ? {} : { orders }) }
  }),
})

function buildableConfigs(topology: Topology): ServiceConfigs {
  const configs = configsOf(topology)
  refuseUnbuilt(topology, configs.strategy)
  refuseDoubleBars(topology)
  return configs
}

/** Every service with its topics. */
export function serviceTopics(topology: Topology): readonly ServiceTopics[] {
  const answering = new Set(answeringServices(topology).map(({ name }) => name))
  return everyService.map(({ name, subscribes, emits }) => ({
    name,
    hears: subscribes,
    // Its edge may say more than it answers: a real venue, that it is reconciled.
    says: [...new Set([...emits, ...topics.filter((topic) => catalogue[topic].writer === name)])],
    isAnswering: answering.has(name),
  }))
}

/** What is traded goes by its name: under another one it would be closed, and not traded. Throws a UserError. */
function refuseRenamed({ strategies }: Topology, running: readonly StrategyDefinition[]): void {
  for (const [n, { file }] of strategies.entries()) {
    const [was, now] = [running[n]?.name, readStrategyFile(file).definition?.name]
    if (now !== undefined && now !== was)
      throw new UserError(`is called ${now}, and was ${was}: this takes effect when trader is started again`, { file })
  }
}

function watchStrategies(
  { strategies }: Topology,
  changed: () => void,
  unreadable: (message: string) => void,
): { close(): void } {
  const files = strategies.map(({ file }) => readStrategyFile(file))
  return watchStrategyFiles(files, {
    changed: () => {
      try {
        changed()
      } catch (error) {
        if (!(error instanceof UserError)) throw error
        unreadable(`${userErrorLine(error)}; what ran before runs on`)
      }
    },
    unreadable: (error) => unreadable(userErrorLine(error)),
  })
}
