import { resolve } from 'node:path'
import type { Assignments } from '#compose/assignments.ts'
import { keepLockstep } from '#compose/keep-lockstep.ts'
import { keepVenue, refuseOtherVenue } from '#compose/keep-venue.ts'
import { refuseUncovered } from '#compose/refuse-uncovered.ts'
import type { Topology } from '#compose/topology.ts'
import { runFolder, treeChildren } from '#compose/tree-children.ts'
import { removeTreeFile, runningTree, writeTreeFile } from '#compose/tree-file.ts'
import { makeKeys } from '#compose/tree-keys.ts'
import { selfCommand } from '#lib/process/self.ts'
import type { SelfCommand } from '#lib/process/supervised-child.ts'
import { startOf } from '#lib/process/supervised-memory.ts'
import { Supervisor, type SupervisorHooks, type TreeEnd } from '#lib/process/supervisor.ts'
import { trimHeapSoon } from '#lib/process/trim-heap.ts'
import { UserError } from '#lib/terminal/user-error.ts'
import { serviceRank } from '#schemas/service-rank.ts'

/** Who looks at a tree: lines on stderr, or a dashboard. */
export type TreeView = Required<SupervisorHooks> & {
  readonly onReady: (ms: number) => void
  readonly close: () => void | Promise<void>
}

export type Tree = { readonly topology: Topology; readonly supervisor: Supervisor }

/** Throws a UserError when a tree of this run is up already. */
function refuseSecondTree(topology: Topology): void {
  const tree = runningTree(runFolder(topology))
  if (tree === null) return
  const hint = `stop it first: kill ${tree.pid}; or run another beside it: --run NAME, on another port`
  throw new UserError(`a tree of run ${tree.run} is up already, as process ${tree.pid}`, { hint })
}

/** Brings a tree up and keeps it up until SIGINT, SIGTERM, SIGHUP, or a failure that it cannot go on from. */
export async function runTree(
  topology: Topology,
  assignments: Assignments,
  openView: (tree: Tree) => TreeView,
  self: SelfCommand = selfCommand(),
): Promise<TreeEnd> {
  const folder = runFolder(topology)
  refuseSecondTree(topology)
  makeKeys(topology.keys, folder)
  refuseOtherVenue(topology)
  refuseUncovered({ topology, services: assignments.of('log').services })
  keepLockstep(topology)
  let view: TreeView | null = null
  const { save, stopSaving } = saver(
    () => supervisor,
    topology,
    folder,
    (message) => view?.onTalk('supervisor', message),
  )
  const supervisor: Supervisor = new Supervisor(treeChildren(topology, assignments.of), {
    self: { ...self, env: childEnvironment() },
    onState: (child) => {
      save()
      view?.onState(child)
    },
    onTalk: (name, line) => view?.onTalk(name, line),
    onFailure: (failure) => view?.onFailure(failure),
  })
  const watch = assignments.watch(serviceRank, {
    changed: (service, config) => supervisor.children.find(({ spec }) => spec.name === service)?.tell({ config }),
    unchanged: (message) => view?.onTalk('supervisor', message),
  })
  const forget = onSignals(supervisor)
  view = openView({ topology, supervisor })
  const startedAtMs = performance.now()
  let fault: UserError | null = null
  if (await supervisor.start()) {
    try {
      keepVenue(topology)
      view.onReady(performance.now() - startedAtMs)
    } catch (error) {
      fault = new UserError(`where the run trades cannot be written down: ${(error as Error).message}`, {
        file: folder,
      })
      void supervisor.stop()
    }
  }
  trimHeapSoon()
  const end = await supervisor.ended
  watch.close()
  await view.close()
  stopSaving()
  removeTreeFile(folder)
  forget()
  if (fault !== null) throw fault
  return end
}

/** Twelve processes of small heaps: one arena of the C library (1.7 MB a process). */
const childEnvironment = (): NodeJS.ProcessEnv => ({ MALLOC_ARENA_MAX: '1', ...process.env, NODE_ENV: 'production' })

/** Where tree.json could not be written it is tried again so soon. */
const againMs = 1_000

/** Writes tree.json once for all that changes at one time. */
function saver(supervisor: () => Supervisor, topology: Topology, folder: string, say: (message: string) => void) {
  let timer: NodeJS.Timeout | null = null
  const pidStart = startOf(process.pid)
  let isTold = false
  const save = () => {
    timer = null
    try {
      write()
      isTold = false
    } catch (error) {
      // It is for who looks: a full disk must not end what runs.
      if (!isTold) say(`tree.json is not up to date: ${(error as Error).message}`)
      isTold = true
      timer = setTimeout(save, againMs)
    }
  }
  const write = () => {
    const { urls, children } = supervisor()
    writeTreeFile(folder, {
      pid: process.pid,
      pidStart,
      routerUrl: urls.router ?? null,
      clockUrl: urls.clock ?? null,
      keys: resolve(topology.keys),
      run: topology.run,
      processes: children.map(({ spec: { name }, state, pid, restarts }) => ({ name, state, pid, restarts })),
    })
  }
  return {
    save: () => {
      timer ??= setTimeout(save, 20)
    },
    stopSaving: () => {
      if (timer !== null) clearTimeout(timer)
    },
  }
}

// The first signal ends the tree in order. A terminal's Ctrl+C may come twice at once, from it and from who started us; one that comes later
// is of somebody who does not want to wait.
function onSignals(supervisor: Supervisor): () => void {
  let firstMs: number | null = null
  const stop = () => {
    firstMs ??= performance.now()
    if (performance.now() - firstMs > 1_000) supervisor.kill()
    void supervisor.stop()
  }
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
  for (const signal of signals) process.on(signal, stop)
  return () => {
    for (const signal of signals) process.off(signal, stop)
  }
}
