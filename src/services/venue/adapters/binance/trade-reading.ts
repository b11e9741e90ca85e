import { readPages } from '../gateway/read-pages.ts'
import type { Answer } from '../gateway/real-venue.ts'
import type { Params } from './signed-request.ts'

export const tradesMost = 1_000
/** Clocks differ by less. */
const aheadMs = 60_000
/** The record may have a trade so much later than it was made. */
const lateMs = 60_000

type Trade = { readonly id: string; readonly time: number }
export type Read<T> = (page: Params) => Promise<Answer<T[]>>

export async function allPages<T extends Trade>(read: Read<T>, first: Params, all: T[] = []): Promise<Answer<T[]>> {
  const ask = (fromId: string | null) => read(fromId === null ? first : { fromId })
  const done = await readPages<T[], string | null>(first.fromId ?? null, ask, (page) => {
    all.push(...page)
    const last = page.at(-1)
    return last === undefined || page.length < tradesMost ? undefined : after(last)
  })
  return done.kind === 'done' ? { ...done, value: all } : done
}

/**
 * All trades of a symbol from an instant on: span by span up to the first one, from there by their ids. Where an answer lacks, what was read
 * stays, and the next call goes on from there; what is so new that the record may yet have more beside it is asked for again. [G34]
 */
export class TradeReading<T extends Trade> {
  readonly sinceMs: number
  readonly #longestMs: number
  readonly #read: Read<T>
  #startMs: number
  #trades: T[] = []

  constructor(read: Read<T>, sinceMs: number, longestMs: number) {
    this.#read = read
    this.sinceMs = this.#startMs = sinceMs
    this.#longestMs = longestMs
  }

  async all(nowMs: number): Promise<Answer<T[]>> {
    const found: T[] = [...this.#trades]
    const answer = await this.#readOn(found, nowMs + aheadMs, nowMs - lateMs)
    this.#trades = found.filter(({ time }) => time < nowMs - lateMs)
    return answer.kind === 'done' ? { ...answer, value: found } : answer
  }

  async #readOn(found: T[], untilMs: number, settledMs: number): Promise<Answer<unknown>> {
    let [startMs, spanMs] = [this.#startMs, this.#longestMs]
    while (found.length === 0 && startMs <= untilMs) {
      const page = await this.#read({ startTime: String(startMs), endTime: String(startMs + spanMs - 1) })
      if (page.kind !== 'done') return page
      // A full page does not say at which end it was cut.
      const isCut = page.value.length >= tradesMost && spanMs > 1
      if (isCut) spanMs = Math.ceil(spanMs / 2)
      else if (page.value.length === 0) {
        startMs += spanMs
        this.#startMs = Math.max(this.#startMs, Math.min(startMs, settledMs))
      } else found.push(...page.value.sort(byId))
    }
    const newest = found.at(-1)
    return newest === undefined ? { kind: 'done', value: null } : allPages(this.#read, { fromId: after(newest) }, found)
  }
}

const after = ({ id }: Trade): string => String(BigInt(id) + 1n)

const byId = (a: Trade, b: Trade): number => (BigInt(a.id) < BigInt(b.id) ? -1 : 1)
