import { setTimeout as sleep } from 'node:timers/promises'
import { isDiskFull, isOutOfFiles } from '#lib/journal/log-disk.ts'
import { factId, isAtOrBelow, parseEventId } from '#lib/kernel/event-id.ts'
import type { Fact } from '#schemas/event.ts'
import { factBody } from './bus-client.ts'
import { Connection, spaceEveryMs, type Welcome } from './connection.ts'
import type { SourceMark } from './log-port.ts'
import { isKnown, Outbox } from './outbox.ts'
import { keptBytesMost, type OutboxDisk, OutboxFiles } from './outbox-files.ts'

export type FeedPublisherOptions = {
  readonly url: string
  readonly identity: string
  /** What its facts are said as: the identity, or `<identity>-<feed>`. */
  readonly source: string
  readonly secret: string
  readonly ca?: string | undefined
  /** Where it writes down what it says, for an edge that learns it but once: none where it can be learned again. */
  readonly outbox?: Outlet | undefined
  /** The facts behind the mark of a log that ends at `head`. Asked once; the router may go and come back meanwhile. */
  readonly open: (
    mark: SourceMark['fact'],
    head: number,
  ) => AsyncIterable<readonly Fact[]> | Promise<AsyncIterable<readonly Fact[]>>
  /** `error` where it was thrown by what says the facts. */
  readonly onFault: (message: string, error?: Error) => void
  /** So many of its facts are in the log. */
  readonly onFed?: (facts: number) => void
}

type Outlet = {
  readonly folder: string
  readonly say: (message: string) => void
  /** That of this machine where no other is given. */
  readonly disk?: OutboxDisk
}

const outboxMost = 4_096

/** Publishes what an edge learns, in order, never further ahead of the log than its outbox holds. */
export class FeedPublisher {
  readonly #options: FeedPublisherOptions
  readonly #connection: Connection
  readonly #outbox = new Outbox()
  #files: OutboxFiles | null = null
  #wake: () => void = () => undefined
  #said = 0
  /** Where the log ended when this connection began. */
  #head = 0
  #isFirst = true
  #isClosed = false
  /** There was no space for the newest that was to be written down. */
  #isFull = false
  /** Says nothing more, whatever the router says: what is in its files is for the next process. */
  #isSilent = false
  /** What it says now may have been said before: by the process before this one, or as what can be read again. */
  #mayRepeat = true
  #newest: SourceMark['fact'] = null
  /** Resolves when everything is said and in the log. */
  readonly ended: Promise<void>
  #end: () => void = () => undefined

  constructor(options: FeedPublisherOptions) {
    const { url, identity, secret, ca, onFault } = options
    this.#options = options
    this.ended = new Promise((resolve) => {
      this.#end = resolve
    })
    this.#connection = new Connection({
      url,
      identity,
      secret,
      ca,
      wish: () => ({ from: null, topics: null, isService: false }),
      onWelcome: (welcome) => this.#begin(welcome),
      onAck: (through, repeats) => {
        if (!this.#mayRepeat && this.#outbox.isFirstSent(repeats)) this.#giveWay()
        if (this.#isSilent) return
        this.#outbox.ack(through)
        this.#outbox.flush(this.#connection)
        this.#files?.settle(this.#outbox.size)
        this.#options.onFed?.(this.#said - this.#outbox.size)
        this.#wake()
      },
      onRefused: (reason, k) => {
        if (k !== null) this.#putAside(k)
        onFault(`the router refuses: ${reason}`)
      },
    })
  }

  async close(): Promise<void> {
    this.#isClosed = true
    this.#wake()
    await this.#connection.close()
    this.#files?.close(this.#outbox.size)
  }

  #begin({ marks, head }: Welcome): void {
    const mark = marks[this.#options.source]?.fact ?? null
    if (!this.#mayRepeat && (isBeyond(mark, this.#newest) || this.#outbox.isUnsentKnown(marks))) this.#giveWay()
    if (this.#isSilent) return
    this.#outbox.restart(marks)
    this.#outbox.flush(this.#connection)
    this.#head = head
    this.#wake()
    if (!this.#isFirst) return
    this.#isFirst = false
    this.#newest = mark
    this.#publish(mark).catch((error: Error) => this.#options.onFault(error.message, error))
  }

  /** What the router will never take: the next process goes on behind it. */
  #putAside(k: number): void {
    const { source, outbox } = this.#options
    const refused = this.#outbox.sentAs(k)
    if (this.#isSilent || this.#files === null || refused === undefined) return
    this.#sayNothingMore()
    this.#files.refuse({ id: refused.firstId, body: refused.bodies[0] as string })
    outbox?.say(`the router does not take ${refused.firstId} of ${source}: it stays in ${outbox.folder}`)
  }

  /** What it says for the first time is in the log already. */
  #giveWay(): void {
    if (this.#isSilent) return
    this.#sayNothingMore()
    const { source, onFault } = this.#options
    onFault(`another process says what ${source} says: not all that was said here is in the log`)
  }

  /** Nor acknowledges anything: its files stay, and the next process says what the log lacks. */
  #sayNothingMore(): void {
    this.#isSilent = true
    this.#isClosed = true
    this.#wake()
  }

  async #publish(mark: SourceMark['fact']): Promise<void> {
    const { source, outbox, open } = this.#options
    this.#said = mark === null ? 0 : mark.n + 1
    if (outbox !== undefined)
      await this.#whenThereIsSpace(() => {
        this.#files = new OutboxFiles(outbox.folder, outbox.disk)
      })
    if (this.#isClosed) return
    const last = this.#files === null ? mark : await this.#sayLeft(this.#files, mark)
    if (this.#isClosed) return
    for await (const facts of await open(last, this.#head)) {
      await this.#whenThereIsSpace(() => this.#take(facts, last))
      if (this.#isClosed) return
      this.#outbox.flush(this.#connection)
      if (this.#files === null) await this.#until(outboxMost)
      else if (this.#files.bytes > keptBytesMost)
        throw new Error(`the log has not acknowledged ${keptBytesMost >> 20} MiB of what ${source} has said`)
      if (this.#isClosed) return
    }
    await this.#until(0)
    if (!this.#isClosed) this.#end()
  }

  #take(facts: readonly Fact[], last: SourceMark['fact']): void {
    const { source } = this.#options
    const said = facts.map((fact) => ({ id: factId(source, fact.epoch, fact.n), body: factBody(source, fact) }))
    this.#files?.keep(said)
    const [first] = facts
    // Where it goes on in the same epoch it says the same again.
    if (first !== undefined) this.#mayRepeat = first.epoch === last?.epoch
    this.#newest = facts.at(-1) ?? this.#newest
    for (const { id, body } of said) this.#outbox.push(id, [body])
    this.#said += facts.length
  }

  /** Writes something down as soon as it can be, unless this is closed before. */
  async #whenThereIsSpace(write: () => void): Promise<void> {
    const { source, outbox } = this.#options
    for (; !this.#isClosed; await sleep(spaceEveryMs))
      try {
        write()
        this.#isFull = false
        return
      } catch (error) {
        if (!isDiskFull(error) && !isOutOfFiles(error)) throw error
        if (!this.#isFull)
          outbox?.say(`what ${source} says waits until it can be written down: ${(error as Error).message}`)
        this.#isFull = true
      }
  }

  /** What the process before this one wrote down and the log lacks goes first. The newest of it that there is then. */
  async #sayLeft(files: OutboxFiles, mark: SourceMark['fact']): Promise<SourceMark['fact']> {
    const { source, outbox } = this.#options
    let last = mark
    let newest = Math.max(mark?.epoch ?? 0, files.refusedEpoch)
    let lost = 0
    for (const { id, body } of files.left()) {
      if (isKnown(id, { [source]: { fact: last, answer: null } })) continue
      const { major: epoch, n } = parseEventId(id)
      newest = Math.max(newest, epoch)
      if (n !== (epoch === last?.epoch ? last.n + 1 : 0)) {
        lost++
        continue
      }
      last = { epoch, n }
      this.#newest = last
      this.#outbox.push(id, [body])
      this.#said++
      if (this.#outbox.size >= outboxMost) await this.#until(outboxMost / 2)
    }
    this.#outbox.flush(this.#connection)
    await this.#until(0)
    if (this.#isClosed) return last
    if (lost > 0)
      outbox?.say(`${lost} events of ${source} cannot follow what the log has: they stay in ${outbox.folder}`)
    if (files.damaged > 0)
      outbox?.say(`${files.damaged} events of ${source} are damaged in its outbox: they stay in ${outbox.folder}`)
    await this.#whenThereIsSpace(() => files.forgetLeft(lost + files.damaged === 0))
    if (this.#isClosed) return last
    if (last !== mark) await this.#renew()
    return last === null && newest === 0 ? null : { epoch: newest, n: last?.n ?? 0 }
  }

  /** Another connection: it tells where the log ends now. */
  async #renew(): Promise<void> {
    this.#head = -1
    this.#connection.renew()
    while (this.#head < 0 && !this.#isClosed) await this.#woken()
  }

  async #until(size: number): Promise<void> {
    this.#outbox.flush(this.#connection)
    while (this.#outbox.size > size && !this.#isClosed) await this.#woken()
  }

  #woken(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve
    })
  }
}

const isBeyond = (mark: SourceMark['fact'], said: SourceMark['fact']): boolean =>
  mark !== null && (said === null || !isAtOrBelow({ major: mark.epoch, n: mark.n }, said))
