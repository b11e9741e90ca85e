import { type ChildProcess, fork } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { defaultTopology } from '#compose/default-topology.ts'
import { placed } from '#compose/topology.ts'
import { ensureSecret } from '#lib/bus/auth.ts'
import { drawBelow, type SeededRandom, seedRandom } from '#lib/market/seeded-random.ts'
import { FaultyLine } from './harness-line.ts'
import { Model } from './harness-model.ts'
import { spoilSnapshot, tearTail, tearTopicFile } from './harness-tear.ts'

export type Tally = {
  rounds: number
  kills: number
  stops: number
  cuts: number
  tears: number
  events: number
  violations: string[]
}

type Told = { state?: string; url?: string; done?: number; pong?: number }
type Part = { readonly name: string; readonly start: () => ChildProcess; child: ChildProcess | null; isDown: boolean }
type Publisher = { readonly part: Part; readonly file: string; target: number; done: number }

const root = join(import.meta.dirname, '..', '..')
const restWithinMs = 60_000
const heartbeatMs = 100

/**
 * Real processes of a bus, log, router, publishers, consumers and a service, which are killed, stopped and cut off from each other as the
 * seed says. After each round all come to rest, and what they know is compared.
 */
export class Harness {
  readonly #random: SeededRandom
  readonly #folder: string
  readonly #keys: string
  readonly #run: string
  readonly #toRouter = new FaultyLine()
  readonly #toLog = new FaultyLine()
  #routerPort = 0
  #logPort = 0
  readonly #parts: Part[] = []
  readonly #publishers: Publisher[] = []
  #model: Model | null = null
  #isClosing = false
  #pings = 0
  readonly tally: Tally = { rounds: 0, kills: 0, stops: 0, cuts: 0, tears: 0, events: 0, violations: [] }
  /** What happened, for who has to find out. */
  readonly history: string[] = []

  constructor(seed: number) {
    this.#random = seedRandom(seed)
    this.#folder = mkdtempSync(join(tmpdir(), 'trader-faults-'))
    this.#keys = join(this.#folder, 'keys')
    this.#run = join(this.#folder, 'logs', 'faults')
  }

  async open(): Promise<void> {
    for (const identity of ['router', 'md', 'clock', 'venue', 'operator']) ensureSecret(this.#keys, identity)
    this.#routerPort = await freePort()
    this.#logPort = await freePort()
    this.#toRouter.target = this.#routerPort
    this.#toLog.target = this.#logPort
    const url = `ws://127.0.0.1:${await this.#toRouter.listen()}`
    const logUrl = `ws://127.0.0.1:${await this.#toLog.listen()}`
    const keys = ['--keys', this.#keys]
    const topology = join(this.#folder, 'topology.yaml')
    // Small files, so that rounds see the journal rotate and files be sealed and compressed.
    const settings = { ...defaultTopology(), log: { durability: {}, compress: true, segmentMiB: 1, retention: {} } }
    writeFileSync(topology, JSON.stringify(placed(settings)))
    this.#add('log', () =>
      trader(
        'log',
        ...keys,
        '--folder',
        join(this.#folder, 'logs'),
        '--run',
        'faults',
        '--topology',
        topology,
        '--port',
        String(this.#logPort),
      ),
    )
    const port = ['--port', String(this.#routerPort), '--heartbeat-ms', String(heartbeatMs)]
    this.#add('router', () => trader('router', ...keys, ...port, '--log', logUrl))
    for (const [identity, source, epochs] of [
      ['md', 'md-a', 'same'],
      ['md', 'md-b', 'same'],
      ['clock', 'clock', 'new'],
    ] as const) {
      const file = join(this.#folder, `${source}.acks`)
      const part = this.#add(source, () => script('publisher', url, this.#keys, identity, source, file, epochs))
      this.#publishers.push({ part, file, target: -1, done: -1 })
    }
    this.#add('answerer', () => script('answerer', url, this.#keys, this.#run))
    const consumers = [
      { name: 'all', topics: null, pauseMs: 0 },
      { name: 'ticks', topics: ['md.tick'], pauseMs: 0 },
      { name: 'slow', topics: null, pauseMs: 40 },
    ].map(({ name, topics, pauseMs }) => {
      const file = join(this.#folder, `${name}.seen`)
      this.#add(name, () => script('consumer', url, this.#keys, file, topics?.join(',') ?? '', String(pauseMs)))
      return { file, topics }
    })
    this.#model = new Model(
      this.#run,
      this.#publishers.map(({ file }) => file),
      consumers,
    )
    for (const part of this.#parts) this.#start(part)
  }

  async close(): Promise<void> {
    this.#isClosing = true
    this.#toRouter.close()
    this.#toLog.close()
    for (const { child } of this.#parts) child?.kill('SIGKILL')
    await sleep(20)
    if (this.tally.violations.length === 0) rmSync(this.#folder, { recursive: true, force: true })
  }

  /** One round: work, faults, rest, and a look at everything. False when something is wrong. */
  async round(): Promise<boolean> {
    const model = this.#model as Model
    this.history.push(`round ${this.tally.rounds + 1}`)
    for (const publisher of this.#publishers) {
      publisher.target += 50 + drawBelow(this.#random, 350)
      this.#aim(publisher)
    }
    for (let faults = 1 + drawBelow(this.#random, 3); faults > 0; faults--) {
      await sleep(drawBelow(this.#random, 120))
      await this.#fault()
    }
    if (await this.#rest()) model.look()
    this.tally.rounds++
    this.tally.events = model.head
    this.tally.violations.push(...model.violations.splice(0))
    return this.tally.violations.length === 0
  }

  async #fault(): Promise<void> {
    const some = this.#parts[drawBelow(this.#random, this.#parts.length)] as Part
    const proxy = drawBelow(this.#random, 4) === 0 ? this.#toLog : this.#toRouter
    const links = proxy.links.filter(() => drawBelow(this.#random, 2) === 0)
    switch (drawBelow(this.#random, 11)) {
      case 0:
      case 1:
        return this.#kill(some)
      case 2:
        return this.#kill(this.#named('router'))
      case 3:
        return this.#kill(this.#named('log'))
      case 4:
      case 5:
        return this.#tear()
      case 6:
        return this.#stop(some, 20 + drawBelow(this.#random, 900))
      case 7:
        return this.#cut(`${links.length} connections cut`, () => proxy.drop(links))
      case 8:
        return this.#cut(`${links.length} connections silent`, () => proxy.blacken(links))
      case 9: {
        const side = drawBelow(this.#random, 2) === 0 ? 'client' : 'server'
        return this.#cut(`${links.length} connections closed at the ${side}'s end alone`, () =>
          proxy.halfClose(links, side),
        )
      }
      default:
        return drawBelow(this.#random, 2) === 0 ? this.#delay(proxy) : this.#twin()
    }
  }

  #kill(part: Part): void {
    if (part.child === null) return
    this.history.push(`kill ${part.name}`)
    this.tally.kills++
    part.child.kill('SIGKILL')
  }

  #stop(part: Part, ms: number): void {
    const { child } = part
    if (child === null) return
    this.history.push(`stop ${part.name} for ${ms} ms`)
    this.tally.stops++
    child.kill('SIGSTOP')
    setTimeout(() => child.kill('SIGCONT'), ms)
  }

  #cut(what: string, cut: () => void): void {
    this.history.push(what)
    this.tally.cuts++
    cut()
  }

  #delay(proxy: FaultyLine): void {
    const ms = 1 + drawBelow(this.#random, 60)
    this.#cut(`${ms} ms of delay`, () => {
      proxy.delayMs = ms
    })
    setTimeout(() => {
      proxy.delayMs = 0
      // What is delayed now would arrive after what is not.
      proxy.drop(proxy.links)
    }, 300)
  }

  /** A second process of the same identity, at the same time. */
  async #twin(): Promise<void> {
    const part = this.#named(['md-a', 'md-b', 'answerer'][drawBelow(this.#random, 3)] as string)
    this.history.push(`a second ${part.name}`)
    this.tally.cuts++
    const twin = part.start()
    const publisher = this.#publishers.find((one) => one.part === part)
    if (publisher !== undefined) twin.send({ target: publisher.target })
    await sleep(200 + drawBelow(this.#random, 300))
    twin.kill('SIGKILL')
  }

  /** Log and router die, and what nobody was told of is damaged before they come back. */
  async #tear(): Promise<void> {
    const [log, router] = [this.#named('log'), this.#named('router')]
    this.#kill(log)
    this.#kill(router)
    log.isDown = true
    router.isDown = true
    while (log.child !== null || router.child !== null) await sleep(5)
    this.#toRouter.drop(this.#toRouter.links)
    this.#toLog.drop(this.#toLog.links)
    for (const { child } of this.#parts) child?.kill('SIGCONT')
    await this.#allHaveRead()
    const model = this.#model as Model
    const known = { told: model.newestTold(), acknowledged: model.acknowledgedSince() }
    const what = tearTail(this.#run, known, this.#random)
    if (what !== null) {
      this.tally.tears++
      this.history.push(what)
    }
    const torn = drawBelow(this.#random, 2) === 0 ? tearTopicFile(this.#run, this.#random) : null
    if (torn !== null) this.history.push(torn)
    if (drawBelow(this.#random, 3) === 0) await this.#spoilSnapshot()
    for (const part of [log, router]) {
      part.isDown = false
      this.#start(part)
    }
  }

  async #spoilSnapshot(): Promise<void> {
    const answerer = this.#named('answerer')
    this.#kill(answerer)
    answerer.isDown = true
    while (answerer.child !== null) await sleep(5)
    const what = spoilSnapshot(this.#run, 'venue', this.#random)
    if (what !== null) this.history.push(what)
    answerer.isDown = false
    this.#start(answerer)
  }

  /** What the system still held for them when their connections ended has been taken in, and written down. */
  async #allHaveRead(): Promise<void> {
    for (let times = 0; times < 2; times++)
      await Promise.all(
        this.#parts.map(({ child, name }) => {
          if (child === null || name === 'log' || name === 'router') return undefined
          const ping = ++this.#pings
          return new Promise<void>((resolve) => {
            const end = () => {
              child.off('message', hear)
              child.off('exit', end)
              resolve()
            }
            const hear = ({ pong }: Told) => {
              if (pong === ping) end()
            }
            child.on('message', hear)
            child.on('exit', end)
            child.send({ ping })
          })
        }),
      )
  }

  /** Waits until everything is said, in the log, and shown to all. False when that does not come. */
  async #rest(): Promise<boolean> {
    const model = this.#model as Model
    const endsMs = performance.now() + restWithinMs
    let quiet = 0
    let status: { head: number } | null = null
    while (quiet < 3) {
      if (performance.now() > endsMs) {
        const waiting = this.#publishers.filter(({ done, target }) => done < target).map(({ part }) => part.name)
        model.isAtRest()
        model.look()
        this.tally.violations.push(`no rest: ${waiting.join(', ')} wait, the router says ${JSON.stringify(status)}`)
        return false
      }
      await sleep(30)
      status = await this.#status()
      const isSaid = this.#publishers.every(({ done, target }) => done >= target)
      quiet = isSaid && status !== null && this.#isComplete() && model.isAtRest() ? quiet + 1 : 0
    }
    return true
  }

  #isComplete(): boolean {
    return this.#parts.every(({ child }) => child !== null)
  }

  async #status(): Promise<{ head: number } | null> {
    try {
      const response = await fetch(`http://127.0.0.1:${this.#routerPort}/status`, {
        signal: AbortSignal.timeout(1_000),
      })
      return (await response.json()) as { head: number }
    } catch {
      return null
    }
  }

  #aim({ part, target }: Publisher): void {
    if (part.child?.connected) part.child.send({ target })
  }

  #add(name: string, start: () => ChildProcess): Part {
    const part: Part = { name, start, child: null, isDown: false }
    this.#parts.push(part)
    return part
  }

  #named(name: string): Part {
    return this.#parts.find((part) => part.name === name) as Part
  }

  #start(part: Part): void {
    if (this.#isClosing || part.isDown || part.child !== null) return
    const child = part.start()
    part.child = child
    const publisher = this.#publishers.find((one) => one.part === part)
    if (publisher !== undefined) this.#aim(publisher)
    child.on('message', ({ done }: Told) => {
      if (publisher !== undefined && done !== undefined) publisher.done = done
    })
    child.stderr?.on('data', (bytes) => this.#hear(part, String(bytes)))
    child.once('exit', () => {
      if (part.child === child) part.child = null
      setTimeout(() => this.#start(part), 20)
    })
  }

  #hear(part: Part, text: string): void {
    this.history.push(`${part.name}: ${text.trim()}`)
    const isWrong = /refused: (?!a newer connection)|damaged|missing|AssertionError|Error:/.test(text)
    if (isWrong && !/log at|is closed/.test(text)) this.tally.violations.push(`${part.name} says: ${text.trim()}`)
  }
}

const trader = (...args: string[]): ChildProcess =>
  fork(join(root, 'bin', 'run.js'), args, {
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    env: { ...process.env, NODE_ENV: 'production' },
  })

const script = (name: string, ...args: string[]): ChildProcess =>
  fork(join(import.meta.dirname, `harness-${name}.ts`), args, {
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    // They start hundreds of times.
    env: { ...process.env, NODE_COMPILE_CACHE: join(root, 'dist', '.compile-cache') },
  })

function freePort(): Promise<number> {
  const server = createServer()
  return new Promise((resolve) =>
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number }
      server.close(() => resolve(port))
    }),
  )
}
