import { type ChildProcess, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { get } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { readLog } from '#lib/journal/read-log.ts'
import type { Event } from '#schemas/event.ts'
import { repository, trader } from '#test/process/trader.ts'

/** A folder with a data set of the seeded market and the EMA cross on its bars. */
export async function walkFolder(bars: number): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'trader-tree-'))
  await trader([
    'md',
    'generate',
    '--seed',
    '3',
    '--bars',
    String(bars),
    '--interval',
    '1m',
    '--to',
    join(folder, 'data'),
  ])
  const strategy = readFileSync(join(repository, 'strategies/ema-cross.yaml'), 'utf8')
  writeFileSync(join(folder, 'cross.yaml'), strategy.replace('timeframe: 1d', 'timeframe: 1m'))
  return folder
}

/** Writes a topology of that walk; `speed` is that of its feed. */
export function walkTopology(
  folder: string,
  run: string,
  { lockstep = false, speed = 'max' as number | 'max' } = {},
): string {
  const file = join(folder, `${run}.yaml`)
  const lines = [
    `run: ${run}`,
    `logs: ${join(folder, 'logs')}`,
    `keys: ${join(folder, 'keys')}`,
    'router: { port: 0 }',
    `lockstep: ${lockstep}`,
    'startsAt: 1577836800000000',
    `feed: { kind: data-set, path: data, speed: ${speed} }`,
    "account: { currency: USD, startingCash: '1000000' }",
    'venue: { fill: next-open, fees: { takerBps: 1, makerBps: 0 } }',
    'strategies: [{ file: cross.yaml, roles: { underlying: ACME.SIM } }]',
  ]
  writeFileSync(file, `${lines.join('\n')}\n`)
  return file
}

export type Process = { readonly name: string; readonly state: string; readonly pid: number | null }
type Status = { readonly head: number; readonly isEnded: boolean }

/** A real tree of processes, started with `trader supervise`. */
export class LiveTree {
  readonly #child: ChildProcess
  readonly #folder: string
  readonly log: string
  readonly exit: Promise<number | null>
  stderr = ''

  constructor(
    folder: string,
    run: string,
    topology: string,
    command: readonly string[] = [join(repository, 'bin', 'trader')],
  ) {
    this.#folder = folder
    this.log = join(folder, 'logs', run)
    const [file = '', ...args] = command
    this.#child = spawn(file, [...args, 'supervise', '--topology', topology], {
      cwd: folder,
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    this.#child.stderr?.on('data', (bytes) => {
      this.stderr += String(bytes)
    })
    this.exit = new Promise((resolve) => this.#child.once('exit', resolve))
  }

  get processes(): readonly Process[] {
    const file = join(this.log, 'tree.json')
    return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')).processes : []
  }

  get routerUrl(): string | null {
    const file = join(this.log, 'tree.json')
    return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')).routerUrl : null
  }

  /** What its router says; null while it is away. */
  status(): Promise<Status | null> {
    const url = this.routerUrl
    if (url === null) return Promise.resolve(null)
    return new Promise((resolve) => {
      const request = get(`${url.replace('ws', 'http')}/status`, { timeout: 2_000 }, (response) => {
        text(response).then(
          (body) => resolve(JSON.parse(body)),
          () => resolve(null),
        )
      })
      request.on('error', () => resolve(null))
      request.on('timeout', () => request.destroy())
    })
  }

  kill(name: string): void {
    const pid = this.processes.find((process) => process.name === name)?.pid
    if (pid == null) return
    try {
      process.kill(pid, 'SIGKILL')
    } catch (error) {
      // It ended between the look and the shot.
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
    }
  }

  /** Waits until the log has that many events. */
  async until(head: number): Promise<void> {
    await this.#when((status) => status.head >= head)
  }

  /** Waits until the feed has ended and nothing more has come for a while. */
  async drained(quietMs = 1_500): Promise<void> {
    let quiet = { head: -1, sinceMs: 0 }
    await this.#when(({ head, isEnded }) => {
      if (head !== quiet.head) quiet = { head, sinceMs: performance.now() }
      return (
        isEnded && performance.now() - quiet.sinceMs > quietMs && this.processes.every(({ state }) => state === 'ready')
      )
    })
  }

  async stop(): Promise<number | null> {
    this.#child.kill('SIGTERM')
    return this.exit
  }

  async #when(isSo: (status: Status) => boolean): Promise<void> {
    let hasEnded = false
    void this.exit.then(() => {
      hasEnded = true
    })
    for (;;) {
      const status = await this.status()
      if (status !== null && isSo(status)) return
      if (hasEnded) throw new Error(`the tree in ${this.#folder} has ended:\n${this.stderr.slice(-3_000)}`)
      await sleep(10)
    }
  }
}

/** Every event of a log. */
export const eventsIn = (log: string): Event[] => [...readLog(log)].map(({ content }) => JSON.parse(content) as Event)

/** SHA-256 over the content of every event. */
export function contentHash(log: string): string {
  const hash = createHash('sha256')
  for (const { content } of readLog(log)) hash.update(`${content}\n`)
  return hash.digest('hex')
}

export const removeFolder = (folder: string): void => rmSync(folder, { recursive: true, force: true })
