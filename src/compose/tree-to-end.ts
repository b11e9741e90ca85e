import { constants } from 'node:os'
import { isAlarming, talkAsText } from '#lib/process/supervised-talk.ts'
import type { Supervisor } from '#lib/process/supervisor.ts'
import type { Progress } from '#lib/terminal/progress.ts'
import { UserError } from '#lib/terminal/user-error.ts'
import { assignmentsOf } from './assignments.ts'
import type { Topology } from './topology.ts'
import { runTree, type TreeView } from './tree.ts'
import { runFolder } from './tree-children.ts'
import { statusToShow } from './tree-status.ts'

const lookEveryMs = 100

/**
 * Runs a tree in lockstep until its feed is in the log and everything is answered. When it was asked to stop before, the process ends with the
 * signal's exit code. Throws when the tree fails.
 */
export async function runTreeToEnd(topology: Topology, progress: Progress): Promise<void> {
  let isWhole = false
  let stoppedBy: NodeJS.Signals | null = null
  const hear = (signal: NodeJS.Signals) => {
    stoppedBy ??= signal
  }
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
  for (const signal of signals) process.on(signal, hear)
  const { failure } = await runTree(topology, assignmentsOf(topology, null), ({ supervisor }) => {
    const timer = setInterval(async () => {
      progress.update(fedOf(supervisor)?.facts ?? 0)
      if (isWhole || !(await isFinished(supervisor, topology.keys))) return
      isWhole = true
      void supervisor.stop()
    }, lookEveryMs)
    return quietView(() => clearInterval(timer))
  })
  for (const signal of signals) process.off(signal, hear)
  if (failure?.exitCode === 2) throw new UserError(failure.message)
  if (failure !== null) throw new Error(`${failure.name} ${failure.message}; the tree has stopped`)
  if (isWhole) return
  process.stderr.write(`\ntrader: stopped before its end; the log of the part is in ${runFolder(topology)}\n`)
  process.exit(128 + constants.signals[stoppedBy ?? 'SIGTERM'])
}

const fedOf = ({ children }: Supervisor) => children.find(({ spec }) => spec.name === 'md')?.fed ?? null

/** Is all that the feed had in the log, and answered? */
async function isFinished(supervisor: Supervisor, keys: string): Promise<boolean> {
  const { router } = supervisor.urls
  if (fedOf(supervisor)?.isAll !== true || router === undefined) return false
  return (await statusToShow({ routerUrl: router, keys }))?.isIdle === true
}

/** What goes wrong, a line each; nothing else. */
function quietView(close: () => void): TreeView {
  const say = (name: string, line: string) => process.stderr.write(`${talkAsText(name, line, Date.now())}\n`)
  return {
    onState: ({ spec, state, lastExit }) => {
      if (state === 'restarting') say(spec.name, `${state}: ended with ${lastExit}`)
    },
    onTalk: (name, line) => {
      if (line.startsWith('{') && isAlarming(line)) say(name, line)
    },
    // A user's mistake is one line, which the command says.
    onFailure: ({ name, exitCode, message }) => {
      if (exitCode !== 2) say(name, message)
    },
    onReady: () => undefined,
    close,
  }
}
