import { emptyBook, loadBook, topOf } from '#lib/book/order-book.ts'
import { drawBelow, type SeededRandom } from '#lib/market/seeded-random.ts'
import { type BoxFrame, type NumbersFault, trueBook, type Wire } from './made-market.ts'

/** What can be done to a frame, to all connections, and to the next requests. */
const frameFaults = ['drop', 'repeat', 'swap', 'delay', 'truncate', 'garbage'] as const
const connectionFaults = ['close', 'abort', 'half-open', 'stall'] as const
const requestFaults = ['429', '418', '500', 'stale', 'no-answer', 'bad-answer'] as const
const numbersFaults = ['restart', 'jump'] as const
export type Fault =
  | NumbersFault
  | (typeof frameFaults)[number]
  | (typeof connectionFaults)[number]
  | (typeof requestFaults)[number]
const every: readonly Fault[] = [...frameFaults, ...connectionFaults, ...requestFaults, ...numbersFaults]

export const drawFault = (random: SeededRandom): Fault => every[drawBelow(random, every.length)] as Fault

type Listener = { isSilent: boolean; streams: 'all' | Set<string> }

/** Garbage names no stream, and goes to everybody. */
function isAskedFor(text: string, streams: Listener['streams']): boolean {
  const stream = /"stream":"([^"]+)"/.exec(text)?.[1]
  return streams === 'all' || stream === undefined || streams.has(kindOf(stream))
}

/** A recording of another speed, or of trades one by one, serves who asks for the slower or the gathered. */
const kindOf = (stream: string): string => stream.split('@').slice(0, 2).join('@').replace('aggTrade', 'trade')

export type BoxAct =
  | { readonly kind: 'frame'; readonly socket: number; readonly text: string }
  | { readonly kind: 'close' | 'abort'; readonly socket: number }

export type BoxAnswer = { readonly status: number; readonly text: string; readonly retryAfter?: number }

type Market = Iterator<BoxFrame, unknown, NumbersFault | undefined>

/**
 * An exchange in a box: it plays a market to every connection, keeps the true book, answers requests, and does on command what real
 * ones do on bad days. It knows no sockets and no time.
 */
export function exchangeBox(wire: Wire, made: Market, nowMs: () => number) {
  let market = made
  const truth = trueBook()
  const played: BoxFrame[] = []
  const sockets = new Map<number, Listener>()
  let requestFault: { readonly kind: Fault; left: number } | null = null
  let swapped: string | null = null
  const delayed: { text: string; steps: number }[] = []
  let old = { book: emptyBook(), last: 0 }

  const toAll = (text: string): BoxAct[] =>
    [...sockets].flatMap(([socket, { isSilent, streams }]) =>
      isSilent || !isAskedFor(text, streams) ? [] : [{ kind: 'frame' as const, socket, text }],
    )

  return {
    wire,
    truth,
    played,
    /** Plays another market from now on. */
    play(other: Market): void {
      market = other
    },
    /** Streams in the address are all that is played; without them a socket says what it wants. */
    opened(socket: number, path?: string): void {
      const named = /streams=(.*)$/.exec(path ?? '')?.[1]?.split('/') ?? []
      const isAll = wire.snapshot === 'rest' && path === undefined
      sockets.set(socket, { isSilent: false, streams: isAll ? 'all' : new Set(named.map(kindOf)) })
    },
    closed(socket: number): void {
      sockets.delete(socket)
    },

    /** What a client sent: a subscription begins with the book where it is in the stream. */
    heard(socket: number, text: string): BoxAct[] {
      const one = sockets.get(socket)
      if (one === undefined || one.isSilent) return []
      const { id, method, params } = JSON.parse(text) as { id: number; method: string; params: unknown }
      const { channels = 'ok' } = params as { channels?: string[] }
      const said = wire.snapshot === 'rest' ? { result: null, id } : { jsonrpc: '2.0', id, result: channels }
      const acts: BoxAct[] = [{ kind: 'frame', socket, text: JSON.stringify(said) }]
      if (method === 'SUBSCRIBE' && one.streams !== 'all')
        for (const name of params as string[]) one.streams.add(kindOf(name))
      if (method !== 'public/subscribe') return acts
      one.streams = 'all'
      return [...acts, { kind: 'frame', socket, text: wire.book(truth.book, truth.last, nowMs()) }]
    },

    /** The answer to a request; null where none comes. */
    asked(url: string): BoxAnswer | null {
      if (!url.includes('depth'))
        return { status: 200, text: url.startsWith(wire.listingPath) ? wire.listing : '{"symbols":[]}' }
      if (requestFault !== null && requestFault.left-- > 0) {
        switch (requestFault.kind) {
          case '429':
            return { status: 429, text: '{"code":-1003,"msg":"too many"}', retryAfter: 1 }
          case '418':
            return { status: 418, text: '{"code":-1003,"msg":"banned"}', retryAfter: 2 }
          case '500':
            return { status: 503, text: 'Service Unavailable' }
          case 'stale':
            return { status: 200, text: wire.book(old.book, old.last, nowMs()) }
          case 'bad-answer':
            return { status: 200, text: '{"lastUpdateId":12,"bids":[["NaN","1"]]' }
          default:
            return null
        }
      }
      requestFault = null
      return { status: 200, text: wire.book(truth.book, truth.last, nowMs()) }
    },

    /** The next frame of the market goes out, with what is done to it. */
    step(fault: Fault | null): BoxAct[] {
      const next = market.next(fault === 'restart' || fault === 'jump' ? fault : undefined)
      if (next.done === true) return []
      const frame = next.value
      played.push(frame)
      truth.apply(frame)
      // A book of the count before is no snapshot of this one.
      if (played.length % 40 === 0 || fault === 'restart') {
        const { bids, asks } = topOf(truth.book, 10_000)
        const book = emptyBook()
        loadBook(book, bids, asks)
        old = { book, last: truth.last }
      }
      const acts: BoxAct[] = []
      for (const one of delayed) if (--one.steps === 0) acts.push(...toAll(one.text))
      const before = swapped
      swapped = null
      switch (fault) {
        case 'drop':
          break
        case 'repeat':
          acts.push(...toAll(frame.text), ...toAll(frame.text))
          break
        case 'swap':
          swapped = frame.text
          break
        case 'delay':
          delayed.push({ text: frame.text, steps: 7 })
          break
        case 'truncate':
          acts.push(...toAll(frame.text.slice(0, frame.text.length / 2)))
          break
        case 'garbage':
          acts.push(...toAll('\u0000{"e":"trade","p":"NaN"}'), ...toAll(frame.text))
          break
        case 'jump':
          acts.push(...toAll(frame.text))
          break
        case 'restart':
          for (const socket of sockets.keys()) acts.push({ kind: 'abort', socket })
          break
        case 'close':
        case 'abort':
          for (const socket of sockets.keys()) acts.push({ kind: fault, socket })
          break
        case 'half-open':
        case 'stall':
          for (const one of sockets.values()) one.isSilent = true
          break
        default:
          if (fault !== null) requestFault = { kind: fault, left: 3 }
          acts.push(...toAll(frame.text))
      }
      if (before !== null) acts.push(...toAll(before))
      return acts
    },
  }
}
export type ExchangeBox = ReturnType<typeof exchangeBox>
