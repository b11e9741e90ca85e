import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { type AfterExit, afterExit, noExits } from '#lib/process/backoff.ts'
import { type Beat, beatEveryMs, type Fed, type Ready } from '#lib/process/child-life.ts'

/** Where the children that are ready serve, by name. */
export type Urls = Readonly<Record<string, string>>

export type ChildSpec = {
  readonly name: string
  /** Asked before every start, with what is known by then: so that what chose a port of its own keeps it when it starts again. */
  readonly args: (urls: Urls) => readonly string[]
  /** Children of a stage start together, once those of all lower stages are ready. */
  readonly startStage: number
  /** Children of a stage stop together, once those of all lower stages have ended. */
  readonly stopStage: number
  /** What it is told first, at every start. */
  readonly assignment?: () => object
  /** On top of the environment of all; what is undefined is taken from it. */
  readonly env?: NodeJS.ProcessEnv
  /** Without it the tree does not go on. */
  readonly isVital: boolean
}

export type ChildState = 'waiting' | 'starting' | 'ready' | 'restarting' | 'stopping' | 'stopped' | 'failed'

/** What made a child end for good though nobody asked it to. */
export type ChildFailure = { readonly name: string; readonly exitCode: 1 | 2; readonly message: string }

export type ChildHooks = {
  readonly onState: (child: SupervisedChild) => void
  readonly onTalk: (name: string, line: string) => void
  readonly onFailure: (failure: ChildFailure) => void
}

export type SelfCommand = { readonly file: string; readonly args: readonly string[]; readonly env?: NodeJS.ProcessEnv }

const missedMost = 6

/** One process of a tree: started, started again when it ends unasked, ended when asked. */
export class SupervisedChild {
  readonly spec: ChildSpec
  state: ChildState = 'waiting'
  restarts = 0
  url: string | null = null
  /** What it has fed, where it is a feed that says so. */
  fed: Omit<Fed, 'state'> | null = null
  /** How the last run of it ended. */
  lastExit: string | null = null
  readonly #self: SelfCommand
  readonly #hooks: ChildHooks
  readonly #urls: () => Urls
  #process: ChildProcess | null = null
  #history = noExits
  #startedAtMs = 0
  #lastLine = ''
  #restart: NodeJS.Timeout | null = null
  #kill: NodeJS.Timeout | null = null
  #onEnd: (() => void)[] = []
  readonly #beatMs: number
  #beats: NodeJS.Timeout | null = null
  #missed = 0

  constructor(spec: ChildSpec, self: SelfCommand, urls: () => Urls, hooks: ChildHooks, beatMs = beatEveryMs) {
    this.spec = spec
    this.#beatMs = beatMs
    this.#self = self
    this.#urls = urls
    this.#hooks = hooks
  }

  get pid(): number | null {
    return this.#process?.pid ?? null
  }

  start(): void {
    this.#restart = null
    this.#startedAtMs = performance.now()
    this.#lastLine = ''
    this.fed = null
    const { file, args, env = process.env } = this.#self
    // A session of its own: Ctrl+C is for the supervisor, which ends its children in order. When it dies, IPC tells them.
    const child = spawn(file, [...args, ...this.spec.args(this.#urls())], {
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      detached: true,
      env: { ...env, ...this.spec.env },
    })
    this.#process = child
    this.#become('starting')
    if (this.spec.assignment !== undefined) this.tell({ assignment: this.spec.assignment() })
    child.on('message', (message) => this.#hear(message))
    child.on('error', (error) => {
      this.#lastLine = error.message
      if (child.pid === undefined) this.#ended(null, null)
    })
    child.on('close', (code, signal) => this.#ended(code, signal))
    if (child.stderr) createInterface({ input: child.stderr }).on('line', (line) => this.#say(line))
  }

  /** Asks the child to end and kills it when it has not after the grace. Resolves when it is gone. */
  stop(graceMs: number): Promise<void> {
    if (this.#restart !== null) clearTimeout(this.#restart)
    this.#restart = null
    const child = this.#process
    if (child === null) {
      if (this.state !== 'failed') this.#become('stopped')
      return Promise.resolve()
    }
    if (this.state !== 'stopping') {
      this.#become('stopping')
      child.kill('SIGTERM')
      this.#kill = setTimeout(() => child.kill('SIGKILL'), graceMs)
    }
    return new Promise((resolve) => this.#onEnd.push(resolve))
  }

  /** A message to it; nothing where it does not run. */
  tell(message: object): void {
    // It may have ended already, which is seen and told elsewhere.
    this.#process?.send(message, () => undefined)
  }

  kill(): void {
    this.#process?.kill('SIGKILL')
  }

  #become(state: ChildState): void {
    this.state = state
    this.#hooks.onState(this)
  }

  #hear(message: unknown): void {
    if (typeof message !== 'object' || message === null) return
    const { state, url, facts, isAll, doesBeat } = message as { [K in keyof Ready | keyof Fed | keyof Beat]?: unknown }
    this.#missed = 0
    if (state === 'fed') this.fed = { facts: Number(facts), isAll: isAll === true }
    if (state !== 'ready' || this.state !== 'starting') return
    if (typeof url === 'string') this.url = url
    if (doesBeat === true) this.#beats = setInterval(() => this.#listen(), this.#beatMs)
    this.#become('ready')
  }

  // Counted and not timed: a supervisor that was stopped itself does not blame its children.
  #listen(): void {
    if (this.state !== 'ready' || ++this.#missed <= missedMost) return
    this.#missed = 0
    this.#say(
      `it has not shown for ${(missedMost * this.#beatMs) / 1_000} s that it lives: it is killed and started again`,
    )
    this.kill()
  }

  #say(line: string): void {
    if (line.trim() === '') return
    if (!isOfDump(line)) this.#lastLine = line
    this.#hooks.onTalk(this.spec.name, line)
  }

  #ended(code: number | null, signal: NodeJS.Signals | null): void {
    if (this.#process === null) return
    this.#process = null
    if (this.#kill !== null) clearTimeout(this.#kill)
    if (this.#beats !== null) clearInterval(this.#beats)
    this.#beats = null
    this.lastExit = signal ?? (code === null ? this.#lastLine : `exit ${code}`)
    if (this.state === 'stopping') this.#become('stopped')
    else this.#endedUnasked(code)
    for (const resolve of this.#onEnd.splice(0)) resolve()
  }

  #endedUnasked(code: number | null): void {
    const words = messageOf(this.#lastLine)
    if (code === 2) {
      this.#fail(2, words === '' ? 'its arguments or configuration are wrong' : words)
      return
    }
    const atMs = performance.now()
    const next: AfterExit = afterExit(this.#history, { atMs, upMs: atMs - this.#startedAtMs })
    if (next.kind === 'give_up') {
      const times = `ended ${next.exits} times within ${next.withinMs / 1_000} s, last with ${this.lastExit}`
      this.#fail(1, words === '' ? times : `${times}: ${words}`)
      return
    }
    this.#history = next.history
    this.restarts++
    this.#restart = setTimeout(() => this.start(), next.delayMs)
    this.#become('restarting')
  }

  #fail(exitCode: 1 | 2, message: string): void {
    this.state = 'failed'
    this.#hooks.onFailure({ name: this.spec.name, exitCode, message })
    this.#hooks.onState(this)
  }
}

/** Is it a line that Node prints around the message of an exception: source, stack, fields, its version? */
const isOfDump = (line: string): boolean =>
  /^(?:\s|[}\]]|Emitted '|Node\.js v\d|\(Use `.* --trace-|(?:node|file):\S+:\d+$)/.test(line)

/** The words of a line of talk: a line of pino's JSON has them in `msg`. */
function messageOf(line: string): string {
  if (!line.startsWith('{')) return line.trim()
  try {
    const { msg, err } = JSON.parse(line)
    return [msg, err?.message].filter((words) => typeof words === 'string').join(': ')
  } catch (error) {
    if (error instanceof SyntaxError) return line
    throw error
  }
}
