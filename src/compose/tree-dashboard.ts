import type { Tree, TreeView } from '#compose/tree.ts'
import { watchBus } from '#compose/tree-bus.ts'
import { commandTree } from '#compose/tree-command.ts'
import { statusToShow } from '#compose/tree-status.ts'
import { residentBytes } from '#lib/process/supervised-memory.ts'
import { isAlarming, talkAsText } from '#lib/process/supervised-talk.ts'
import { processRows, type RouterStatus } from '#lib/terminal/dashboard/process-row.ts'
import type { Act } from '#lib/terminal/dashboard/prompt.ts'
import { emptyScreen, foldEvent } from '#lib/terminal/dashboard/screen-state.ts'
import { showDashboard } from '#lib/terminal/dashboard/show-dashboard.tsx'

const lookEveryMs = 1_000
const linesKept = 30

/** A tree on a dashboard. */
export function showTree({ topology, supervisor }: Tree): TreeView {
  let screen = emptyScreen()
  let router: RouterStatus | null = null
  let isStopping = false
  let lines: readonly string[] = []
  let answer: string | null = null
  const say = (name: string, line: string) => {
    lines = [...lines, talkAsText(name, line, Date.now())].slice(-linesKept)
  }
  const tell = (text: string) => {
    answer = talkAsText('operator', text, Date.now())
  }
  let memory = new Map<number, number | null>()
  const look = async () => {
    const pids = supervisor.children.flatMap(({ pid }) => (pid === null ? [] : [pid]))
    memory = new Map(pids.map((pid) => [pid, residentBytes(pid)]))
    const { router: url } = supervisor.urls
    router = url === undefined ? null : await statusToShow({ routerUrl: url, keys: topology.keys })
  }
  const timer = setInterval(() => void look(), lookEveryMs)
  const read = () => {
    const children = supervisor.children.map(({ spec: { name }, state, pid, restarts }) => {
      const rssBytes = pid === null ? null : (memory.get(pid) ?? null)
      return { name, state, pid, restarts, rssBytes }
    })
    return { run: topology.run, screen, router, processes: processRows(children, router), lines, answer, isStopping }
  }
  const act = (what: Act) => {
    if (what === 'quit') {
      isStopping = true
      void supervisor.stop()
      return
    }
    const { router: routerUrl } = supervisor.urls
    if (routerUrl === undefined) {
      tell(`cannot ${what}: the router is not up`)
      return
    }
    tell(`${what} is asked for`)
    const command = { command: what, reason: 'typed into the dashboard' } as const
    commandTree({ routerUrl, keys: topology.keys }, command).then(
      ({ isDone, message }) => tell(isDone ? `${what}: ${message}` : `${what} is not confirmed: ${message}`),
      (error: Error) => tell(`cannot ${what}: ${error.message}`),
    )
  }
  const bus = watchBus(
    () => supervisor.urls.router ?? null,
    topology.keys,
    (event) => {
      screen = foldEvent(screen, event)
    },
  )
  const dashboard = showDashboard({ read, act, say: tell })
  return {
    onState: ({ spec, state, lastExit }) => {
      if (state === 'restarting' || state === 'failed') say(spec.name, `${state}: ended with ${lastExit}`)
      if (state === 'stopping') isStopping = true
    },
    onTalk: (name, line) => {
      if (isAlarming(line)) say(name, line)
    },
    onFailure: ({ name, message }) => say(name, message),
    onReady: (ms) => say('supervisor', `the tree is up after ${Math.round(ms)} ms`),
    close: async () => {
      clearInterval(timer)
      bus.close()
      await dashboard.close()
    },
  }
}
