import { existsSync, readFileSync } from 'node:fs'
import { crc32 } from 'node:zlib'
import { readLog } from '#lib/journal/read-log.ts'
import type { Event } from '#schemas/event.ts'

export type Consumer = { readonly file: string; readonly topics: readonly string[] | null }

/** What must be true of a log and of those who read and wrote it, looked at again after every round. */
export class Model {
  readonly #log: string
  readonly #acknowledged: readonly string[]
  readonly #consumers: readonly Consumer[]
  /** crc of the content of every event, and its topic, by seq. */
  readonly #crcs: number[] = [0]
  readonly #topics: string[] = ['']
  readonly #ids = new Map<string, number>()
  readonly #newest = new Map<string, { epoch: number; n: number }>()
  readonly #read = new Map<string, { bytes: number; seq: number }>()
  readonly #newestFor = new Map<Consumer, number>()
  #isConfigured = false
  #ticks = 0
  /** Ticks that are to be answered: what is to be said, by seq. */
  readonly #open = new Map<number, string>()
  readonly violations: string[] = []

  constructor(log: string, acknowledged: readonly string[], consumers: readonly Consumer[]) {
    this.#log = log
    this.#acknowledged = acknowledged
    this.#consumers = consumers
  }

  get head(): number {
    return this.#crcs.length - 1
  }

  /** Takes in what is new in the log. Is everything answered, and has every consumer written down the newest that is for it? */
  isAtRest(): boolean {
    this.#takeIn()
    if (this.#open.size > 0) return false
    return this.#consumers.every((consumer) => {
      const last = /(\d+) \d+\n$/.exec(textOf(consumer.file).slice(-64))
      return Number(last?.[1] ?? 0) >= (this.#newestFor.get(consumer) ?? 0)
    })
  }

  /** Everybody is at rest, and has what there is; the service's heart goes on beating. */
  look(): void {
    const restHead = this.head
    for (const [seq, message] of this.#open) this.#violated(`tick ${seq} has no answer ${message}`)
    const texts = [...this.#acknowledged, ...this.#consumers.map(({ file }) => file)].map(textOf)
    this.#takeIn()
    for (const file of this.#acknowledged) this.#lookAtAcknowledged(file, texts.shift() as string)
    for (const consumer of this.#consumers) this.#lookAtConsumer(consumer, texts.shift() as string, restHead)
  }

  /** The newest seq that anybody outside the log was told of, by what they wrote down. */
  newestTold(): number {
    let newest = this.head
    for (const { file } of this.#consumers)
      for (const [, seq] of textOf(file).matchAll(/^(\d+) \d+$/gm)) newest = Math.max(newest, Number(seq))
    return newest
  }

  /** What publishers were told is in the log, and has not been read there yet. */
  acknowledgedSince(): Set<string> {
    const ids = this.#acknowledged.flatMap((file) =>
      textOf(file)
        .slice(this.#read.get(file)?.bytes ?? 0)
        .split('\n'),
    )
    return new Set(ids)
  }

  #takeIn(): void {
    for (const { seq, content } of readLog(this.#log, { from: this.head + 1 })) this.#fold(seq, content)
  }

  #violated(what: string): void {
    if (this.violations.length < 20) this.violations.push(what)
  }

  #fold(seq: number, content: string): void {
    if (seq !== this.head + 1) this.#violated(`event ${seq} comes after ${this.head} in the log`)
    const event = JSON.parse(content) as Event
    this.#crcs[seq] = crc32(content)
    this.#topics[seq] = event.topic
    for (const consumer of this.#consumers)
      if (consumer.topics === null || consumer.topics.includes(event.topic)) this.#newestFor.set(consumer, seq)
    const before = this.#ids.get(event.id)
    if (before !== undefined) this.#violated(`${event.id} is in the log twice: ${before} and ${seq}`)
    this.#ids.set(event.id, seq)
    if (event.cause === null) this.#foldFact(event)
    else this.#foldAnswer(event)
    // The service hears nothing before its configuration.
    if (event.topic === 'system.config') this.#isConfigured = true
    if (event.topic !== 'md.tick' || !this.#isConfigured) return
    this.#ticks++
    if (this.#ticks % 3 === 0) this.#open.set(seq, `${event.id} t-${this.#ticks}`)
  }

  #foldFact({ id, source }: Event): void {
    const [, epoch = Number.NaN, n = Number.NaN] = (/:e(\d+)\.(\d+)$/.exec(id) ?? []).map(Number)
    const last = this.#newest.get(source) ?? { epoch: 0, n: -1 }
    const follows = epoch === last.epoch ? n === last.n + 1 : epoch > last.epoch && n === 0
    if (!follows) this.#violated(`${id} follows e${last.epoch}.${last.n}`)
    this.#newest.set(source, { epoch, n })
  }

  #foldAnswer({ id, topic, payload, seq }: Event): void {
    const cause = Number(id.slice(id.indexOf(':') + 1, id.indexOf('.')))
    const expected = this.#open.get(cause)
    const said = topic === 'order.expired' ? `${payload.reason} ${payload.clientOrderId}` : topic
    if (said !== expected) this.#violated(`event ${seq} answers ${cause} with ${said}, and not with ${expected}`)
    this.#open.delete(cause)
  }

  #lookAtAcknowledged(file: string, text: string): void {
    const { bytes } = this.#read.get(file) ?? { bytes: 0 }
    for (const id of text.slice(bytes).split('\n'))
      if (id !== '' && !this.#ids.has(id)) this.#violated(`${id} was acknowledged and is not in the log`)
    this.#read.set(file, { bytes: text.length, seq: 0 })
  }

  #lookAtConsumer({ file, topics }: Consumer, text: string, restHead: number): void {
    const before = this.#read.get(file) ?? { bytes: 0, seq: 0 }
    let seen = before.seq
    for (const line of text.slice(before.bytes).split('\n')) {
      if (line === '') continue
      const [seq = Number.NaN, crc] = line.split(' ').map(Number)
      if (Number.isNaN(seq)) this.#violated(`${file}: ${line}`)
      else {
        if (seq <= seen) this.#violated(`${file}: event ${seq} was shown after ${seen}`)
        for (let missed = seen + 1; missed < seq; missed++)
          if (topics === null || topics.includes(this.#topics[missed] as string))
            this.#violated(`${file}: event ${missed} was not shown`)
        if (crc !== this.#crcs[seq]) this.#violated(`${file}: event ${seq} was shown otherwise than it is in the log`)
        seen = seq
      }
    }
    for (let missed = seen + 1; missed <= restHead; missed++)
      if (topics === null || topics.includes(this.#topics[missed] as string))
        this.#violated(`${file}: event ${missed} of ${restHead} was never shown`)
    this.#read.set(file, { bytes: text.length, seq: Math.max(seen, before.seq) })
  }
}

const textOf = (file: string): string => (existsSync(file) ? readFileSync(file, 'utf8') : '')
