import { setTimeout as sleep } from 'node:timers/promises'
import type { Committer, Group } from './committer.ts'
import { diskFull, spaceEveryMs } from './connection.ts'
import type { Speaker } from './free-order.ts'
import type { AppendResult, LogPort } from './log-port.ts'

/** A group that waits for its place, and who wants to hear of it. */
export type WaitingGroup = {
  readonly speaker: Speaker
  readonly group: Group
  readonly done: (result: AppendResult) => void
}

export type LockstepService = { readonly name: string; readonly topics: readonly string[] }

export type LockstepOptions = {
  readonly committer: Committer
  readonly log: LogPort
  /** In rank order. */
  readonly services: readonly LockstepService[]
  /** Those whose first configuration is not in the log yet. */
  readonly unconfigured: readonly string[]
  /** Every event up to this seq has been answered by all. */
  readonly cursor: number
  /** Shows services an event, and those before it. */
  readonly deliver: (seq: number) => void
  readonly fail: (error: unknown) => void
  readonly say: (message: string) => void
}

type Answering = { readonly seq: number; readonly waiting: Set<string> }

/**
 * One event at a time: an event is shown to all, and when every service that hears it has answered, the answers go into the log in rank
 * order, in one commit. A new fact enters only when nothing is left to answer: first the configurations in rank order, then what
 * services, operators and models say, then the feed. The order of the in-process runner, whoever dies and comes back meanwhile.
 */
export class Lockstep {
  readonly #options: LockstepOptions
  readonly #answers = new Map<string, Map<number, Group | null>>()
  readonly #unconfigured: string[]
  readonly #configs = new Map<string, WaitingGroup>()
  #facts: WaitingGroup[] = []
  #feed: { readonly owner: object; readonly waiting: WaitingGroup[] } | null = null
  #feedNext = 0
  #cursor: number
  #answering: Answering | null = null
  #isBusy = false
  #isCalled = false
  /** Topic and configured service of the events between the cursor and the head, by seq. */
  readonly #ahead = new Map<number, { readonly topic: string; readonly configured: string | null }>()

  constructor(options: LockstepOptions) {
    this.#options = options
    this.#cursor = options.cursor
    this.#unconfigured = [...options.unconfigured]
    for (const { name } of options.services) this.#answers.set(name, new Map())
  }

  get cursor(): number {
    return this.#cursor
  }

  /** The newest seq that may be shown to a service. */
  get shown(): number {
    return this.#answering?.seq ?? this.#cursor
  }

  /** Nothing is left to answer or to take in. */
  get isIdle(): boolean {
    return (
      !this.#isBusy &&
      this.#answering === null &&
      this.#cursor === this.#options.committer.head &&
      this.#facts.length === 0 &&
      this.#configs.size === 0 &&
      (this.#feed === null || this.#feedNext === this.#feed.waiting.length)
    )
  }

  /** All that a service has to say to an event; null is nothing. Said again it is ignored. */
  answer(service: string, seq: number, group: Group | null): void {
    if (seq > this.#cursor) this.#answers.get(service)?.set(seq, group)
    this.#go()
  }

  fact(service: string, waiting: WaitingGroup): void {
    const isFirst = waiting.group.configured[0] === service && this.#unconfigured.includes(service)
    if (isFirst) this.#configs.set(service, waiting)
    else this.#facts.push(waiting)
    this.#go()
  }

  /** Facts of a feed in its order; what an earlier connection of it said, and is not in the log, is forgotten. */
  feed(owner: object, waiting: readonly WaitingGroup[]): void {
    if (this.#feed?.owner !== owner) {
      this.#feed = { owner, waiting: [] }
      this.#feedNext = 0
    }
    for (const one of waiting) this.#feed.waiting.push(one)
    this.#go()
  }

  #go(): void {
    this.#isCalled = true
    if (this.#isBusy) return
    this.#isBusy = true
    void this.#advance()
  }

  async #advance(): Promise<void> {
    try {
      // Who calls between the look that found nothing and the end of this is not forgotten.
      while (this.#isCalled) {
        this.#isCalled = false
        while (await this.#step());
      }
    } catch (error) {
      this.#options.fail(error)
    } finally {
      this.#isBusy = false
    }
  }

  /** False when there is nothing to do until somebody says something. */
  async #step(): Promise<boolean> {
    if (this.#answering !== null) {
      if (!this.#isAnswered(this.#answering)) return false
      await this.#conclude(this.#answering.seq)
      return true
    }
    if (this.#cursor < this.#options.committer.head) {
      await this.#show(this.#cursor + 1)
      return true
    }
    const isConfigured = this.#unconfigured.length === 0
    const fact = isConfigured ? this.#nextFact() : undefined
    const next = fact ?? (isConfigured ? this.#nextOfFeed() : this.#nextConfig())
    if (next === undefined) return false
    const [result] = await (next === fact ? this.#append([next.group]) : this.#appendOnceItFits([next.group]))
    if (result) next.done(result)
    return true
  }

  #isAnswered({ seq, waiting }: Answering): boolean {
    for (const service of waiting) if (!this.#answers.get(service)?.has(seq)) return false
    return true
  }

  async #conclude(seq: number): Promise<void> {
    const groups: Group[] = []
    for (const { name } of this.#options.services) {
      const group = this.#answers.get(name)?.get(seq)
      if (group) groups.push(group)
    }
    if (groups.length > 0) {
      const results = await this.#appendOnceItFits(groups)
      const refused = results.find((result) => result.kind !== 'appended')
      if (refused) throw new Error(`the log does not take the answers to event ${seq}: ${JSON.stringify(refused)}`)
    }
    for (const answers of this.#answers.values()) for (const key of answers.keys()) if (key <= seq) answers.delete(key)
    this.#cursor = seq
    this.#answering = null
  }

  async #show(seq: number): Promise<void> {
    const { topic, configured } = this.#ahead.get(seq) ?? (await this.#readBack(seq))
    this.#ahead.delete(seq)
    const hears = ({ name, topics }: LockstepService) =>
      topic === 'system.config' ? configured === name : topics.includes(topic)
    const waiting = this.#options.services.filter(hears).map(({ name }) => name)
    this.#answering = { seq, waiting: new Set(waiting) }
    this.#options.deliver(seq)
  }

  #nextConfig(): WaitingGroup | undefined {
    const service = this.#unconfigured[0] as string
    const config = this.#configs.get(service)
    if (config === undefined) return undefined
    this.#configs.delete(service)
    this.#unconfigured.shift()
    return config
  }

  #nextFact(): WaitingGroup | undefined {
    let fact = this.#facts.shift()
    while (fact?.speaker.isRefused) fact = this.#facts.shift()
    return fact
  }

  #nextOfFeed(): WaitingGroup | undefined {
    const next = this.#feed?.waiting[this.#feedNext]
    if (this.#feed === null || next === undefined) return undefined
    if (++this.#feedNext >= 1_024) this.#feed.waiting.splice(0, this.#feedNext)
    if (this.#feedNext >= 1_024) this.#feedNext = 0
    return next
  }

  /** Answers, first configurations and the feed wait for space in their place: nothing may go in before them. What stands behind is refused, and said again. [R29] */
  async #appendOnceItFits(groups: readonly Group[]): Promise<readonly AppendResult[]> {
    for (let isTold = false; ; isTold = true) {
      const results = await this.#append(groups)
      if (!results.every((result) => result.kind === 'refused' && result.reason === diskFull)) return results
      if (!isTold) this.#options.say('the disk of the log is full: what has its turn waits until there is space')
      for (const { done } of this.#facts.splice(0)) done({ kind: 'refused', reason: diskFull })
      await sleep(spaceEveryMs, undefined, { ref: false })
    }
  }

  async #append(groups: readonly Group[]) {
    const { committer } = this.#options
    let seq = committer.head
    const results = await committer.append(groups)
    groups.forEach(({ topics, configured }, i) => {
      if (results[i]?.kind !== 'appended') return
      topics.forEach((topic, n) => {
        this.#ahead.set(++seq, { topic, configured: configured[n] ?? null })
      })
    })
    return results
  }

  async #readBack(seq: number): Promise<{ topic: string; configured: string | null }> {
    const { lines, damage } = await this.#options.log.read({ from: seq, to: seq, maxBytes: 1 << 20 })
    if (damage !== undefined) throw new Error(damage)
    const { topic, payload } = JSON.parse(lines[0] ?? '') as { topic: string; payload: { service?: string } }
    return { topic, configured: topic === 'system.config' ? (payload.service ?? null) : null }
  }
}
