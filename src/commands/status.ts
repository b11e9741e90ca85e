import { doorOf, treeFlags, treeOf } from '#compose/tree-door.ts'
import { routerStatus } from '#compose/tree-status.ts'
import { residentBytes } from '#lib/process/supervised-memory.ts'
import { TraderCommand } from '#lib/terminal/command.ts'
import { processRows } from '#lib/terminal/dashboard/process-row.ts'
import { exitCode } from '#lib/terminal/exit-code.ts'
import { formatTable } from '#lib/terminal/table.ts'

export default class Status extends TraderCommand {
  static override summary = 'Show the processes of a running tree: state, restarts, how far behind, memory'
  static override description = 'The exit code is 1 when nothing runs, or when a process is not ready.'
  static override examples = ['<%= config.bin %> status', '<%= config.bin %> status --run paper --json']
  static override enableJsonFlag = true
  static override flags = treeFlags

  async run(): Promise<unknown> {
    const { flags } = await this.parse(Status)
    const tree = treeOf(flags)
    const door = doorOf(flags)
    let silence = 'the router does not answer'
    const hearWhy = (error: Error) => {
      if (tree === null) throw error
      silence = error.message
      return null
    }
    const router = door === null ? null : await routerStatus(door).catch(hearWhy)
    if (tree === null && router === null) {
      process.exitCode = exitCode.failed
      const where = flags.url ?? `run ${flags.run} (start it with: trader up)`
      this.say(`trader: nothing runs: no tree of ${where}`)
      return { run: flags.run, isRunning: false }
    }
    const children = (tree?.processes ?? router?.connections.map(named) ?? []).map((child) => ({
      ...child,
      rssBytes: child.pid === null ? null : residentBytes(child.pid),
    }))
    const processes = processRows(children, router)
    if (router === null || processes.some(({ state }) => state !== 'ready')) process.exitCode = exitCode.failed
    const { run = flags.run, head = null, eventsPerSecond = null, durability = {} } = router ?? {}
    const numbers = router === null ? silence : `seq ${head}, ${eventsPerSecond} events/s`
    this.log(`run ${run}${tree === null ? '' : `, process ${tree.pid}`}: ${numbers}`)
    const written = Object.keys(durability).filter((namespace) => durability[namespace] === 'written')
    const exception =
      written.length === 0 ? '' : `; ${written.join(', ')} when written (a power cut may take the end of it)`
    if (router !== null) this.log(`acknowledged when on the disk${exception}`)
    this.log(formatTable(columns, processes.map(rowOf)))
    return { run, isRunning: true, pid: tree?.pid ?? null, head, eventsPerSecond, durability, processes }
  }
}

const named = ({ identity }: { identity: string }) => ({ name: identity, state: 'ready', pid: null, restarts: 0 })

const columns = [
  { head: 'process' },
  { head: 'state' },
  ...['pid', 'restarts', 'behind', 'rtt ms', 'MB'].map((head) => ({ head, align: 'right' as const })),
]

const rowOf = ({ name, state, pid, restarts, behind, rttMs, rssBytes }: ReturnType<typeof processRows>[number]) => [
  name,
  state,
  pid ?? '-',
  restarts,
  behind ?? '-',
  rttMs === null ? '-' : rttMs.toFixed(1),
  rssBytes === null ? '-' : Math.round(rssBytes / 2 ** 20),
]
