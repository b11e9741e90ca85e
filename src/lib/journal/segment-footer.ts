import { createHash } from 'node:crypto'
import { z } from 'zod'
import { withCrc } from '#lib/journal/log-line.ts'

const Sha256 = z.string().regex(/^[\da-f]{64}$/)
const Footer = z.object({
  events: z.int(),
  firstSeq: z.int(),
  lastSeq: z.int(),
  /** The range of event times, microseconds UTC. They need not be in order. */
  firstAt: z.int(),
  lastAt: z.int(),
  topics: z.record(z.string(), z.int()),
  /** Of the lines before the footer, and their SHA-256. */
  bytes: z.int(),
  sha256: Sha256,
  /** SHA-256 of the chain of the segment before, and `sha256`, as hexadecimal text. */
  chain: Sha256,
  /** The lines are what a repair found whole: it need not follow the segment before it, nor the next one it. */
  isRepaired: z.literal(true).optional(),
})

/** The last line of a segment that nothing more comes into. */
export type SegmentFooter = z.infer<typeof Footer>

/** What the first segment of a namespace is chained to. */
export const chainStart = '0'.repeat(64)

const chainAfter = (before: string, sha256: string): string =>
  createHash('sha256').update(`${before}${sha256}`).digest('hex')

/** Event times from `since` on, and before `until`. */
export type Times = { readonly since: number; readonly until: number }

/** What the next segment is chained to. */
export type Link = Pick<SegmentFooter, 'chain' | 'isRepaired'>

/** Does one segment follow the other? A repaired one keeps to no chain, and begins none. */
export const isChained = (before: Link, { sha256, chain, isRepaired }: SegmentFooter): boolean =>
  before.isRepaired === true || isRepaired === true || chain === chainAfter(before.chain, sha256)

/** May there be events in [since, until) in a sealed segment? */
export const overlaps = ({ firstAt, lastAt }: SegmentFooter, { since, until }: Times): boolean =>
  lastAt >= since && firstAt < until

export const footerLine = (footer: SegmentFooter): string => `${withCrc(`{"footer":${JSON.stringify(footer)}`)}\n`

/** Null when the line, whose crc is right, is no footer of this form. */
export function readFooter(line: string): SegmentFooter | null {
  const parsed = Footer.safeParse((JSON.parse(line) as { footer: unknown }).footer)
  return parsed.success ? parsed.data : null
}

/** Counts and hashes the lines of a segment as they come. */
export class SegmentTally {
  readonly #hash = createHash('sha256')
  readonly #topics = new Map<string, number>()
  #events = 0
  #bytes = 0
  #firstSeq = 0
  #lastSeq = 0
  #firstAt = Number.POSITIVE_INFINITY
  #lastAt = Number.NEGATIVE_INFINITY

  get bytes(): number {
    return this.#bytes
  }

  count(seq: number, topic: string, at: number): void {
    if (this.#events++ === 0) this.#firstSeq = seq
    this.#lastSeq = seq
    if (at < this.#firstAt) this.#firstAt = at
    if (at > this.#lastAt) this.#lastAt = at
    this.#topics.set(topic, (this.#topics.get(topic) ?? 0) + 1)
  }

  /** Takes the bytes of the lines that were counted. */
  hash(bytes: Uint8Array): void {
    this.#hash.update(bytes)
    this.#bytes += bytes.length
  }

  footer(chainBefore: string): SegmentFooter {
    const sha256 = this.#hash.copy().digest('hex')
    return {
      events: this.#events,
      firstSeq: this.#firstSeq,
      lastSeq: this.#lastSeq,
      // Of a segment of which nothing is left there is no time.
      firstAt: this.#events === 0 ? 0 : this.#firstAt,
      lastAt: this.#events === 0 ? 0 : this.#lastAt,
      topics: Object.fromEntries([...this.#topics].sort(([a], [b]) => (a < b ? -1 : 1))),
      bytes: this.#bytes,
      sha256,
      chain: chainAfter(chainBefore, sha256),
    }
  }
}
