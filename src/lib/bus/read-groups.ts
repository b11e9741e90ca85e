import { canonicalText, checkBody } from '#lib/codec/check-event.ts'
import { readEvent } from '#lib/codec/event-reader.ts'
import { catalogue, type PayloadOf } from '#schemas/catalogue.ts'
import type { Event } from '#schemas/event.ts'
import type { Group } from './committer.ts'
import type { ClientFrame } from './frame.ts'
import { nestsBeyond } from './nesting.ts'
import { whyForbidden } from './permission.ts'

export type GroupsRead = {
  /** Those before the first that is refused. */
  readonly groups: readonly Group[]
  readonly newer: readonly PayloadOf<'system.version_mismatch'>[]
  /** Names the event and the path of the fault. */
  readonly refusal: string | null
}

const eventSizeMost = 1 << 20
const nestingMost = 32
/** What canonical text may be longer than the frame that it came in: what goes to the log has to fit into a frame there. */
const growthMost = 256 << 10

/** Checks what an identity says in a frame, in groups of these sizes, with times up to `latest`. What our own writer wrote goes on as it is, without a copy. */
export function readGroups(identity: string, frame: ClientFrame, sizes: readonly number[], latest: number): GroupsRead {
  const groups: Group[] = []
  const newer: PayloadOf<'system.version_mismatch'>[] = []
  const lines = new Lines(frame)
  for (const size of sizes) {
    const group = readGroup(identity, lines, size, latest, newer)
    if (typeof group === 'string') return { groups, newer, refusal: group }
    groups.push(group)
  }
  return { groups, newer, refusal: lines.isAtEnd ? null : 'there are more events than its groups have' }
}

function readGroup(
  identity: string,
  lines: Lines,
  size: number,
  latest: number,
  newer: PayloadOf<'system.version_mismatch'>[],
): Group | string {
  const bodies: string[] = []
  const topics: string[] = []
  let configured: (string | null)[] | null = null
  let together: string | null = null
  for (let i = 0; i < size; i++) {
    const fault = lines.next()
    if (fault !== null) return fault
    const { event, body, isNewer } = lines
    const forbidden = whyForbidden(identity, event)
    if (forbidden !== null) return `${event.id}: ${forbidden}`
    if (event.at > latest)
      return `${event.id}: its time ${event.at} is later than ${latest}, the latest by the router's clock`
    if (!isEpochOfNow(event.id, latest))
      return `${event.id}: its epoch is more than a day later than the router's clock, and none could follow it`
    if (i === 0) together = event.cause
    else if (event.cause !== together) return `${event.id}: events of one group have one cause`
    if (isNewer) newer.push({ event: event.id, topic: event.topic, v: event.v, known: catalogue[event.topic].v })
    bodies.push(body)
    topics.push(event.topic)
    if (event.topic === 'system.config') {
      configured ??= Array<null>(size).fill(null)
      configured[i] = event.payload.service
    }
  }
  return { bodies, topics: size === 1 ? shared(topics) : topics, configured: configured ?? unconfigured }
}

const dayMs = 86_400_000

/** An operator's epochs are milliseconds of its clock, or one more than the last, those of others count: one of the far future would be the last of all. */
const isEpochOfNow = (id: string, latest: number): boolean =>
  Number(/:e(\d+)\./.exec(id)?.[1] ?? 0) <= latest / 1_000 + dayMs

const unconfigured: readonly null[] = []
const alone = new Map<string, readonly string[]>()

/** The topics of a single event: the same list for all of one topic. */
function shared(topics: readonly string[]): readonly string[] {
  const topic = topics[0] as string
  const known = alone.get(topic)
  if (known !== undefined) return known
  alone.set(topic, topics)
  return topics
}

/** The events of a frame, one after the other. */
class Lines {
  readonly #bytes: Buffer
  readonly #text: string
  readonly #isPlain: boolean
  readonly #namesPrototype: boolean
  #at: number
  #growth = 0
  event!: Event
  /** The canonical text, with the seal. */
  body = ''
  isNewer = false

  constructor({ bytes, text, at }: ClientFrame) {
    this.#bytes = bytes
    this.#text = text
    this.#isPlain = bytes.length === text.length
    this.#namesPrototype = text.includes('__proto__')
    this.#at = at
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#text.length
  }

  /** Goes to the next; what is wrong with it, or null. */
  next(): string | null {
    if (this.isAtEnd) return 'there are fewer events than its groups have'
    const from = this.#at
    if (this.#isPlain && !this.#namesPrototype) {
      const read = readEvent(this.#bytes, this.#text, from)
      const end = (read?.end ?? 0) + 1
      const isWhole = read !== undefined && this.#bytes[end - 1] === 125 && read.event.seq === 0
      if (isWhole && (end === this.#bytes.length || this.#bytes[end] === 10)) {
        this.event = read.event
        this.body = this.#text.slice(from, end)
        this.isNewer = false
        this.#at = end + 1
        return null
      }
    }
    const stop = this.#text.indexOf('\n', from)
    const line = this.#text.slice(from, stop < 0 ? undefined : stop)
    this.#at = stop < 0 ? this.#text.length : stop + 1
    return this.#check(line)
  }

  #check(line: string): string | null {
    const start = line.slice(0, 80)
    if (line.length > eventSizeMost) return `${start}: is longer than ${eventSizeMost} characters`
    if (nestsBeyond(line, nestingMost)) return `${start}: nests deeper than ${nestingMost}`
    const checked = checkBody(line)
    if (checked.kind === 'invalid')
      return `${start}: ${checked.path === '' ? '' : `${checked.path}: `}${checked.message}`
    const { event, body } = checked
    this.#growth += Buffer.byteLength(body) - Buffer.byteLength(line)
    if (body.length > eventSizeMost || this.#growth > growthMost) return `${event.id}: is too long as canonical JSON`
    const isCanonical = line.startsWith(body.slice(0, -1))
    if (line.includes('"__proto__"') || (!isCanonical && namesPrototype(line)))
      return `${event.id}: __proto__ is no name for anything`
    this.event = event
    this.body = canonicalText(checked)
    this.isNewer = checked.kind === 'newer'
    return null
  }
}

/** However it is written: only asked of text that is not canonical. */
function namesPrototype(text: string): boolean {
  let isNamed = false
  JSON.parse(text, (key, value: unknown) => {
    if (key === '__proto__') isNamed = true
    return value
  })
  return isNamed
}
