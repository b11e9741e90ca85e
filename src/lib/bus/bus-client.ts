import { bodyOf } from '#lib/codec/event-text.ts'
import { factId } from '#lib/kernel/event-id.ts'
import { catalogue } from '#schemas/catalogue.ts'
import type { Event, Fact } from '#schemas/event.ts'
import { Connection, type Welcome } from './connection.ts'
import { Outbox } from './outbox.ts'

export type BusOptions = {
  readonly url: string
  readonly identity: string
  readonly secret: string
  readonly ca?: string | undefined
  /** The first event wanted; null wants none. */
  readonly from: number | 'head' | null
  readonly topics: readonly string[] | null
  readonly onEvents?: (events: readonly Event[]) => void
  /** The connection that was made is gone, and why; of one that could not be made the promise tells, and nothing else. */
  readonly onClose?: (reason: string) => void
}

export type BusConnection = {
  readonly welcome: Welcome
  /**
   * Resolves when they are durable; `isRepeated` when the log had facts of these ids, or later ones, before these came, which are not in it then.
   * Rejects when they are refused, or when the connection is lost before that is known.
   */
  publishFacts(facts: readonly Fact[]): Promise<{ readonly isRepeated: boolean }>
  close(): Promise<void>
}

type Waiting = {
  readonly through: number
  resolve(told: { readonly isRepeated: boolean }): void
  reject(error: Error): void
}

/** The body of an edge's fact. */
export const factBody = (source: string, { topic, at, payload, epoch, n }: Fact): string =>
  bodyOf({ id: factId(source, epoch, n), topic, v: catalogue[topic].v, at, source, cause: null, payload } as Event)

/** Connects once, for a command or a screen. Rejects when the router is away or refuses. */
export function connectBus(options: BusOptions): Promise<BusConnection> {
  const { url, identity, secret, ca, from, topics, onEvents, onClose } = options
  const outbox = new Outbox()
  let acknowledged = 0
  let published = 0
  let lost: Error | null = null
  let wasWelcome = false
  const waiting: Waiting[] = []
  const repeated = new Set<number>()
  const lose = (error: Error) => {
    lost ??= error
    for (const { reject } of waiting.splice(0)) reject(lost)
  }
  return new Promise((resolve, reject) => {
    const connection: Connection = new Connection({
      url,
      identity,
      secret,
      ca,
      comesBack: false,
      wish: () => ({ from, topics: topics === null ? null : [...topics], isService: false }),
      onWelcome: (welcome) => {
        wasWelcome = true
        resolve({ welcome, publishFacts, close: () => connection.close() })
      },
      onEvents: (_from, _to, lines) => onEvents?.(lines.map((line) => JSON.parse(line) as Event)),
      onAck: (through, repeats) => {
        for (const k of repeats) repeated.add(k)
        outbox.ack(through)
        outbox.flush(connection)
        acknowledged = through
        while (waiting[0] !== undefined && waiting[0].through <= acknowledged) {
          const { through: end, resolve: done } = waiting.shift() as Waiting
          const own = [...repeated].filter((k) => k < end)
          for (const k of own) repeated.delete(k)
          done({ isRepeated: own.length > 0 })
        }
      },
      onRefused: (reason) => {
        lose(new Error(`the router refuses: ${reason}`))
        // Who hears of it may try again: by then this connection is gone.
        void connection.close()
      },
      onLost: () => {
        const unknown = 'whether what was said is in the log is not known'
        lose(
          new Error(waiting.length === 0 ? `there is no router at ${url}` : `the router at ${url} is gone: ${unknown}`),
        )
        reject(lost)
        if (wasWelcome) onClose?.((lost as Error | null)?.message ?? '')
      },
    })
    const publishFacts: BusConnection['publishFacts'] = (facts) => {
      if (lost !== null) return Promise.reject(lost)
      for (const fact of facts) outbox.push(factId(identity, fact.epoch, fact.n), [factBody(identity, fact)])
      published += facts.length
      outbox.flush(connection)
      return new Promise((done, fail) => waiting.push({ through: published, resolve: done, reject: fail }))
    }
  })
}
