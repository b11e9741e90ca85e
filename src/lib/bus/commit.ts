import { formatFrame } from './frame.ts'

/** The topics that a consumer asked for; null is all of them. */
export class TopicFilter {
  readonly topics: readonly string[] | null
  /** Equal for equal filters. */
  readonly key: string
  readonly #set: ReadonlySet<string> | null

  constructor(topics: readonly string[] | null) {
    this.topics = topics === null ? null : [...new Set(topics)].sort()
    this.key = JSON.stringify(this.topics)
    this.#set = topics === null ? null : new Set(topics)
  }

  hears(topic: string): boolean {
    return this.#set === null || this.#set.has(topic)
  }
}

/** What has just become durable: contents with their seals, in order, and the topic of each. */
export class Commit {
  readonly from: number
  readonly to: number
  readonly lines: readonly string[]
  readonly topics: readonly string[]
  readonly #frames = new Map<string, Buffer | null>()

  constructor(from: number, lines: readonly string[], topics: readonly string[]) {
    this.from = from
    this.to = from + lines.length - 1
    this.lines = lines
    this.topics = topics
  }

  /** The frame for a consumer who has been told of everything before `from`; null when nothing is for it. Built once for all of one filter. */
  frameFor(from: number, filter: TopicFilter): Buffer | null {
    const key = `${from} ${filter.key}`
    const built = this.#frames.get(key)
    if (built !== undefined) return built
    const lines =
      filter.topics === null ? this.lines : this.lines.filter((_, i) => filter.hears(this.topics[i] as string))
    const frame = lines.length === 0 ? null : Buffer.from(formatFrame({ t: 'events', from, to: this.to }, lines))
    this.#frames.set(key, frame)
    return frame
  }
}
