import { Flags } from '@oclif/core'
import { assignmentsOf } from '#compose/assignments.ts'
import { defaultTopologyFile } from '#compose/default-topology.ts'
import { confirmProduction, type LiveFlags, liveFlags } from '#compose/production-guard.ts'
import { currencyOfLog, refuseOtherCurrency } from '#compose/refuse-other-currency.ts'
import { definitionsIn } from '#compose/strategies-in.ts'
import { readTopology } from '#compose/topology.ts'
import { runTree } from '#compose/tree.ts'
import { runFolder } from '#compose/tree-children.ts'
import { showLines } from '#compose/tree-lines.ts'
import { untradedLimits } from '#compose/untraded-limits.ts'
import { checkedIfGiven } from '#lib/terminal/checked-flag.ts'
import { Name } from '#schemas/primitives.ts'

export const upFlags = {
  ...liveFlags,
  topology: Flags.string({ description: 'What to run (YAML); see examples/. Without it: the seeded market' }),
  run: Flags.string({ description: 'Name of the run, instead of the one in the topology' }),
}

type UpFlags = LiveFlags & { readonly topology?: string; readonly run?: string }

/** Checks everything, then runs the tree to its end; the exit code says how it ended. */
export async function upTree(flags: UpFlags, isDashboard: boolean): Promise<void> {
  const file = flags.topology ?? defaultTopologyFile()
  const read = readTopology(file)
  const run = checkedIfGiven('run', flags.run, Name)
  const topology = { ...read, run: run ?? (flags.topology === undefined ? 'live' : read.run) }
  const assignments = assignmentsOf(topology, file)
  refuseOtherCurrency(currencyOfLog(runFolder(topology)) ?? topology.account.currency, topology)
  const strategies = definitionsIn(assignments.of('strategy').config?.config)
  for (const line of untradedLimits(topology, strategies)) process.stderr.write(`${file}: ${line}\n`)
  await confirmProduction(topology, flags)
  const view = isDashboard ? (await import('#compose/tree-dashboard.ts')).showTree : showLines
  const { exitCode, failure } = await runTree(topology, assignments, view)
  process.exitCode = exitCode
  if (failure === null) return
  const { name, message } = failure
  process.stderr.write(exitCode === 2 ? `${message}\n` : `trader: ${name} ${message}; the tree has stopped\n`)
}
