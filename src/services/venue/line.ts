import assert from 'node:assert/strict'
import type { PayloadOf } from '#schemas/catalogue.ts'
import type { Event } from '#schemas/event.ts'
import type { Exchange } from './exchange.ts'
import { hasLine, orderLatency, responseLatency } from './latency.ts'
import type { Said } from './turn.ts'
import type { VenueConfig } from './venue-config.ts'

type Order = 'order.submitted' | 'order.cancel_requested' | 'order.update_requested'
type Market =
  | 'md.instrument'
  | 'md.bar'
  | 'md.depth'
  | 'md.order'
  | 'md.tick'
  | 'md.option.tick'
  | 'md.funding'
  | 'md.split'
  | 'md.status'

/** A message on its way to the exchange. Plain JSON. */
export type Sent = {
  readonly message: Event<Order>
  readonly sentAt: number
  readonly arrivesAt: number
  /** The instrument has been split since. */
  readonly isOfOldUnits?: true
}
/** What the exchange has done and we have yet to hear. Plain JSON. */
export type Report = { readonly said: Said; readonly dueAt: number }

/** The exchange at the far end: what an event does to it, and what it says to that. */
export type FarEnd = {
  fold(exchange: Exchange, event: Event<Order | Market | Said['topic']>): Exchange
  answer(exchange: Exchange, event: Event<Order | Market>): readonly Said[]
}

/** A new configuration has no line, and what was on the old one has come. */
export const isLineOver = ({ config, sent, reports }: Exchange): boolean =>
  sent.length === 0 && reports.length === 0 && !hasLine(config)

/**
 * Takes in an event of ours or of the market: orders set out, those that have come by now arrive, each at its own instant, and what the exchange does is on its way
 * back. A quote of the instant of an arrival is the one that stands; a bar that ends then is met. [V14] [V40]
 */
export function passLine(exchange: Exchange, event: Event<Order | Market>, far: FarEnd) {
  switch (event.topic) {
    case 'order.submitted':
    case 'order.cancel_requested':
    case 'order.update_requested':
      send(exchange, event)
      // In a tree that runs free an order can come behind prices that are later than it.
      return arrive(exchange, far, heardUpTo(exchange, event.at), true)
    case 'md.instrument':
    case 'md.bar':
    case 'md.depth':
    case 'md.order':
    case 'md.tick':
    case 'md.option.tick':
    case 'md.funding':
    case 'md.split':
    case 'md.status': {
      const at = marketTime(exchange.config, event)
      arrive(exchange, far, at, event.topic === 'md.bar')
      happen(exchange, far, at === event.at ? event : { ...event, at })
      arrive(exchange, far, at, true)
    }
  }
}

/** What has come back by now. While the line is cut nothing does; when no market will come any more, all of it. */
export function dueReports({ config, reports, isClosed }: Exchange, at: number): readonly Said[] {
  const first = reports[0]
  if (first === undefined || (!isClosed && (first.dueAt > at || isCut(config, at)))) return none
  const said: Said[] = []
  for (const report of reports) {
    if (!isClosed && report.dueAt > at) break
    said.push(report.said)
  }
  return said
}

/** It has been said. */
export function foldReport(exchange: Exchange, { topic }: Event<Said['topic']>): void {
  const report = exchange.reports.shift()
  assert(report?.said.topic === topic, `expected ${topic} on its way back, found ${report?.said.topic ?? 'nothing'}`)
}

function send(exchange: Exchange, message: Event<Order>): void {
  const { config, sent } = exchange
  exchange.messages += 1
  const latency = orderLatency(config, message.at, exchange.messages)
  // None overtakes another.
  const arrivesAt = Math.max(sent.at(-1)?.arrivesAt ?? 0, afterCuts(config, message.at, latency))
  sent.push({ message, sentAt: message.at, arrivesAt })
}

function arrive(exchange: Exchange, far: FarEnd, by: number, isInclusive: boolean): void {
  for (let next = exchange.sent[0]; next !== undefined; next = exchange.sent[0]) {
    const { message, sentAt, arrivesAt, isOfOldUnits = false } = next
    if (!exchange.isClosed && (isInclusive ? arrivesAt > by : arrivesAt >= by)) return
    exchange.sent.shift()
    exchange.isLate = arrivesAt > sentAt
    exchange.isOfOldUnits = isOfOldUnits
    happen(exchange, far, { ...message, at: Math.min(arrivesAt, Math.max(by, sentAt)) })
  }
}

function happen(exchange: Exchange, far: FarEnd, event: Event<Order | Market>): void {
  far.fold(exchange, event)
  for (const said of far.answer(exchange, event)) {
    far.fold(exchange, { ...event, ...said } as Event<Said['topic']>)
    exchange.messages += 1
    const at = said.topic === 'order.fill' ? said.payload.filledAt : exchange.now
    const latency = responseLatency(exchange.config, at, exchange.messages)
    const dueAt = Math.max(exchange.reports.at(-1)?.dueAt ?? 0, afterCuts(exchange.config, at, latency))
    exchange.reports.push({ said, dueAt })
  }
}

/** When a message arrives that sets out at `at`: what the cut of the line would stop sets out when it is back. [V42] */
function afterCuts({ disconnects }: VenueConfig, at: number, latency: number): number {
  let leavesAt = at
  for (let cut = cutOf(leavesAt); cut !== undefined; cut = cutOf(leavesAt)) leavesAt = cut.to
  return leavesAt + latency

  function cutOf(from: number) {
    return disconnects.find((one) => from < one.to && from + latency >= one.from)
  }
}

const isCut = ({ disconnects }: VenueConfig, at: number): boolean =>
  disconnects.some(({ from, to }) => at >= from && at < to)

/** Until when prices have been heard: where their way is recorded, those of now are yet to come. */
const heardUpTo = ({ config, now }: Exchange, at: number): number =>
  config.feedLatencyMicros === 'recorded' ? now : Math.max(at, now)

/** When it was at the exchange: by its own clock, where that is recorded and asked for. [V41] */
function marketTime({ feedLatencyMicros, clockAheadMicros }: VenueConfig, { at, payload }: Event<Market>): number {
  if (feedLatencyMicros !== 'recorded') return at
  const { exchangeAt } = payload as Partial<PayloadOf<'md.depth'>>
  return exchangeAt === undefined ? at : Math.min(at, exchangeAt - clockAheadMicros)
}

const none: readonly [] = Object.freeze([])
