import type { Tree, TreeView } from '#compose/tree.ts'
import { statusToShow } from '#compose/tree-status.ts'
import { talkAsJson, talkAsText } from '#lib/process/supervised-talk.ts'

/** A tree in lines on stderr: for eyes on a terminal, as JSON for cron, systemd and files. */
export function showLines({ topology, supervisor }: Tree, statusEveryMs = 30_000): TreeView {
  const asLine = process.stderr.isTTY ? talkAsText : talkAsJson
  const write = (name: string, line: string) => process.stderr.write(`${asLine(name, line, Date.now())}\n`)
  const say = (msg: string, fields: object = {}, level = 30) =>
    write('supervisor', JSON.stringify({ level, time: Date.now(), msg, ...fields }))
  const timer = setInterval(async () => {
    const { router } = supervisor.urls
    const status = router === undefined ? null : await statusToShow({ routerUrl: router, keys: topology.keys })
    const ready = supervisor.children.filter(({ state }) => state === 'ready').length
    const numbers = status === null ? {} : { seq: status.head, eventsPerSecond: status.eventsPerSecond }
    say('status', { run: topology.run, ready, processes: supervisor.children.length, ...numbers })
  }, statusEveryMs)
  return {
    onState: ({ spec, state, pid, restarts, lastExit, url }) => {
      const about = { service: spec.name, ...(pid === null ? {} : { child: pid }), ...(url === null ? {} : { url }) }
      const isBad = state === 'restarting' || state === 'failed'
      say(state, isBad ? { ...about, restarts, lastExit } : about, isBad ? 40 : 30)
    },
    onTalk: write,
    onFailure: ({ name, message }) => say('lost for good', { service: name, why: message }, 50),
    onReady: (ms) => say('the tree is up', { run: topology.run, ms: Math.round(ms), router: supervisor.urls.router }),
    close: () => clearInterval(timer),
  }
}
