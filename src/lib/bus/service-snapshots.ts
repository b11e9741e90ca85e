import type { LogDisk } from '#lib/journal/log-disk.ts'
import { realDisk } from '#lib/journal/real-disk.ts'
import { readSnapshots, writeSnapshot } from '#lib/journal/snapshot-files.ts'
import type { FreshSnapshot, Snapshot } from '#lib/kernel/snapshot.ts'

export type SnapshotOptions = {
  /** Of the log of the run: they are in `snapshots/<service>` there. */
  readonly folder: string
  /** Only those of the same code are believed. */
  readonly code: string
  readonly everyMs: number
  readonly say: (message: string) => void
  readonly disk?: LogDisk
}

/** The snapshots of one service: at which it begins, and when the next one is written. */
export class ServiceSnapshots {
  readonly #options: SnapshotOptions
  readonly #candidates: Snapshot[]
  #newestSeq: number
  #nextMs: number
  /** The newest that was to be written could not be. */
  #isBroken = false
  #pending: { readonly snapshot: FreshSnapshot; readonly settledAt: number } | null = null

  constructor(service: string, options: SnapshotOptions) {
    const { folder, code, everyMs, say, disk = realDisk } = options
    this.#options = options
    const whole = readSnapshots(disk, folder, service, (path) => say(`${path} is ignored: it is not as it was written`))
    this.#candidates = whole.filter((snapshot) => {
      const isOwn = snapshot.service === service && snapshot.code === code
      if (!isOwn) say(`${nameOf(snapshot)} is ignored: it is of ${snapshot.service} ${snapshot.version}, other code`)
      return isOwn
    })
    this.#newestSeq = 0
    this.#nextMs = performance.now() + everyMs
  }

  /** Where to begin, as far as is known; null: at the first event. */
  get best(): Snapshot | null {
    return this.#candidates[0] ?? null
  }

  /** The best is not of this log: the one before it is the best now. */
  reject(why: string): void {
    const rejected = this.#candidates.shift()
    if (rejected !== undefined) this.#options.say(`${nameOf(rejected)} is ignored: ${why}`)
  }

  /**
   * When it is time for one: takes what the service holds now, to be written when so many of its groups are in the log, the last of them after
   * everything that it has heard.
   */
  offer(seq: number, settledAt: number, take: () => FreshSnapshot): void {
    if (this.#pending !== null || seq <= this.#newestSeq || performance.now() < this.#nextMs) return
    this.#nextMs = performance.now() + this.#options.everyMs
    this.#pending = { snapshot: take(), settledAt }
  }

  /** So many groups of the service are in the log. */
  settled(count: number): void {
    if (this.#pending === null || count < this.#pending.settledAt) return
    const { snapshot } = this.#pending
    this.#pending = null
    const { disk = realDisk, folder, say } = this.#options
    try {
      writeSnapshot(disk, folder, snapshot)
      this.#newestSeq = snapshot.seq
      this.#isBroken = false
    } catch (error) {
      // It saves time, no more: a disk that is full or broken is the log's to judge.
      if (!this.#isBroken) say(`no snapshot at event ${snapshot.seq}: ${(error as Error).message}`)
      this.#isBroken = true
    }
  }
}

const nameOf = ({ seq, service }: Snapshot): string => `the snapshot of ${service} at event ${seq}`
