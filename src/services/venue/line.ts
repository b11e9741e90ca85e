import assert from 'node:assert/strict'
import type { PayloadOf } from '#schemas/catalogue.ts'
import type { Event } from '#schemas/event.ts'
import { isLastEnd } from './answer-status.ts'
import type { Exchange } from './exchange.ts'
import { hasLine, orderLatency, responseLatency } from './latency.ts'
import { spanWithin } from './outage.ts'
import type { Said } from './turn.ts'
import type { VenueConfig } from './venue-config.ts'
import { isImmediate } from './working-order.ts'

/** What comes of the market. */
export const marketTopics = [
  'md.instrument',
  'md.bar',
  'md.depth',
  'md.order',
  'md.tick',
  'md.option.tick',
  'md.funding',
  'md.split',
  'md.status',
] as const
/** What we send. */
export const orderTopics = ['order.submitted', 'order.cancel_requested', 'order.update_requested'] as const
type Market = (typeof marketTopics)[number]
type Order = (typeof orderTopics)[number]

/** A message on its way to the exchange. Plain JSON. */
export type Sent = {
  readonly message: Event<Order>
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
 * back. What took time is there before all of the instant of its arrival or after all of it. [V40] [V46]
 */
export function passLine(exchange: Exchange, event: Event<Order | Market>, far: FarEnd): void {
  const isFirst = !isImmediate(exchange.config.fill)
  if (isOrder(event)) {
    const arrivesAt = send(exchange, event)
    // In a tree that runs free an order can come behind prices that are later than it.
    const by = heardUpTo(exchange, event.at)
    // What takes no time has come.
    arrive(exchange, far, by, isFirst || arrivesAt <= Math.min(event.at, by))
    return
  }
  const at = marketTime(exchange.config, event)
  arrive(exchange, far, at, isFirst || (event.topic === 'md.status' && isLastEnd(exchange, event.payload)))
  happen(exchange, far, at === event.at ? event : { ...event, at })
  if (exchange.isClosed) arrive(exchange, far, at, true)
}

/** What has come back by now, in its order: none overtakes another. While the line is cut nothing does; when no market will come any more, all of it. */
export function dueReports({ config, reports, isClosed }: Exchange, at: number): readonly Said[] {
  const first = reports[0]
  if (first === undefined || (!isClosed && (first.dueAt > at || spanWithin(config.disconnects, at, at) !== undefined)))
    return none
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

const ours: ReadonlySet<string> = new Set(orderTopics)
const isOrder = (event: Event<Order | Market>): event is Event<Order> => ours.has(event.topic)

/** Puts it on the line. When does it arrive? */
function send(exchange: Exchange, message: Event<Order>): number {
  const { config, sent } = exchange
  exchange.messages += 1
  const latency = orderLatency(config, message.at, exchange.messages)
  // None overtakes another, in its own time either: it is filled when it arrives.
  const arrivesAt = Math.max(sent.at(-1)?.arrivesAt ?? 0, afterCuts(config, message.at, latency))
  sent.push({ message, arrivesAt })
  return arrivesAt
}

function arrive(exchange: Exchange, far: FarEnd, by: number, isInclusive: boolean): void {
  for (let next = exchange.sent[0]; next !== undefined; next = exchange.sent[0]) {
    const { message, arrivesAt, isOfOldUnits = false } = next
    if (!exchange.isClosed && (isInclusive ? arrivesAt > by : arrivesAt >= by)) return
    exchange.sent.shift()
    exchange.isLate = arrivesAt > message.at
    exchange.isOfOldUnits = isOfOldUnits
    happen(exchange, far, { ...message, at: Math.min(arrivesAt, Math.max(by, message.at)) })
  }
}

function happen(exchange: Exchange, far: FarEnd, event: Event<Order | Market>): void {
  far.fold(exchange, event)
  for (const said of far.answer(exchange, event)) {
    far.fold(exchange, { ...event, ...said } as Event<Said['topic']>)
    exchange.messages += 1
    const at = said.topic === 'order.fill' ? said.payload.filledAt : exchange.now
    const latency = responseLatency(exchange.config, at, exchange.messages)
    exchange.reports.push({ said, dueAt: afterCuts(exchange.config, at, latency) })
  }
}

/** When a message arrives that sets out at `at`: what the cut of the line would stop sets out when it is back. [V42] */
function afterCuts({ disconnects }: VenueConfig, at: number, latency: number): number {
  let leavesAt = at
  for (let cut = cutFrom(leavesAt); cut !== undefined; cut = cutFrom(leavesAt)) leavesAt = cut.to
  return leavesAt + latency

  function cutFrom(from: number) {
    return spanWithin(disconnects, from, from + latency)
  }
}

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
