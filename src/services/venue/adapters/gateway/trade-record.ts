import type { RealVenue } from './real-venue.ts'

/** Of what nothing hangs on now, so many parts of the record are asked for in one pass, and no more for so long. */
const restMost = 20
export const restMs = 10_000

/**
 * Which parts of the account's record of trades are yet to be asked for. A round asks for all: what matters now in the pass that begins it, the rest a few
 * a pass, so that an account of hundreds of symbols is read within its limit of requests. [G40]
 */
export class TradeRecord {
  /** What the log has listed: only in those is another's order counted. */
  readonly listed = new Set<string>()
  readonly #partOf: RealVenue['history']['partOf']
  /** What is listed, by the part that has its trades. */
  readonly #instruments = new Map<string, string[]>()
  /** The stream told of more than their trades. */
  readonly #due = new Set<string>()
  /** Something there was listed since they were asked for. */
  readonly #fresh = new Set<string>()
  /** Instruments that were. */
  readonly #unread = new Set<string>()
  /** Of the round. */
  readonly #todo = new Set<string>()
  #opening = 0
  #restFromMs = 0
  /** The round is the first since the stream was opened. */
  #isFirst = false
  /** When the round began: what was traded before is known when it ends. Microseconds. */
  at = 0

  constructor({ history }: Pick<RealVenue, 'history'>) {
    this.#partOf = (instrument) => history.partOf(instrument)
  }

  /** True where it is new. */
  list(instrument: string): boolean {
    if (this.listed.has(instrument)) return false
    this.listed.add(instrument)
    const part = this.#partOf(instrument)
    if (part === null) return false
    this.#fresh.add(part)
    this.#unread.add(instrument)
    const others = this.#instruments.get(part)
    if (others) others.push(instrument)
    else this.#instruments.set(part, [instrument])
    return true
  }

  /** As soon as possible. */
  want(instrument: string): void {
    const part = this.#partOf(instrument)
    if (part !== null && this.#instruments.has(part)) this.#due.add(part)
  }

  /** A round begins: the first of an opening of the stream, or one that is wanted while none is under way. */
  begin(at: number, opening: number, isWanted: boolean): void {
    const isAnew = opening !== this.#opening
    if (!isAnew && (this.#todo.size > 0 || !isWanted)) return
    this.#opening = opening
    this.#isFirst = isAnew
    this.at = at
    if (isAnew) this.#fresh.clear()
    for (const part of this.#instruments.keys()) this.#todo.add(part)
  }

  /** There is more to be asked for than what matters. */
  get isOpen(): boolean {
    return this.#todo.size + this.#fresh.size > 0
  }

  /** Something is to be asked for as soon as possible: the stream told too little, or somebody wants to trade in these. */
  isDue(instruments: Iterable<string>): boolean {
    return this.#due.size > 0 || [...instruments].some((instrument) => this.isUnread(instrument))
  }

  /** It was not asked for since the stream is open, or it is listed: nothing is submitted there. [G10] */
  isUnread(instrument: string): boolean {
    const part = this.#partOf(instrument)
    return part !== null && (this.#unread.has(instrument) || (this.#isFirst && this.#todo.has(part)))
  }

  /** What is to be asked for in this pass: what matters, and some of the rest, first what a differing asset may be of. */
  next(matters: Iterable<string>, assets: readonly string[], nowMs: number): string[] {
    const first = new Set(this.#due)
    for (const instrument of matters) {
      const part = this.#partOf(instrument)
      if (part !== null && (this.#todo.has(part) || this.#fresh.has(part))) first.add(part)
    }
    const left = [...new Set([...this.#fresh, ...this.#todo])].filter((part) => !first.has(part))
    const near = left.filter((part) => this.#isOf(part, assets)).slice(0, restMost)
    const isPaused = this.#instruments.size > restMost && nowMs < this.#restFromMs
    const rest = isPaused ? [] : left.filter((part) => !near.includes(part)).slice(0, restMost)
    if (rest.length > 0) this.#restFromMs = nowMs + restMs
    return [...first, ...near, ...rest]
  }

  #isOf(part: string, assets: readonly string[]): boolean {
    return this.instrumentsOf(part).some((instrument) => assets.some((asset) => instrument.startsWith(asset)))
  }

  instrumentsOf(part: string): readonly string[] {
    return this.#instruments.get(part) ?? []
  }

  /** Asks for a part, by what is given; true when that has ended the round. Where it comes to nothing the part is as before. */
  async asking<T>(
    part: string,
    ask: () => Promise<T | null>,
  ): Promise<{ readonly lacking: T | null; readonly isEnd: boolean }> {
    const wasDue = this.#due.delete(part)
    const instruments = [...this.instrumentsOf(part)]
    const lacking = await ask()
    if (lacking !== null) {
      if (wasDue) this.#due.add(part)
      return { lacking, isEnd: false }
    }
    for (const instrument of instruments) this.#unread.delete(instrument)
    if (this.instrumentsOf(part).length === instruments.length) this.#fresh.delete(part)
    return { lacking, isEnd: this.#todo.delete(part) && this.#todo.size === 0 }
  }
}
