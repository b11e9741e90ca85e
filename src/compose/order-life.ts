import { readLog } from '#lib/journal/read-log.ts'
import { parseEventId } from '#lib/kernel/event-id.ts'
import { UserError } from '#lib/terminal/user-error.ts'
import type { PayloadOf, Topic } from '#schemas/catalogue.ts'
import type { Event } from '#schemas/event.ts'

/** Why there was an order and what came of it, each part an event of the log, in order of cause. */
export type OrderLife = {
  /** From the market's fact to what the intent answers; where the gate itself closes a position, from what halted it to what this attempt answers; where an operator does, the command. */
  readonly seen: readonly Event[]
  /** Ids of what the first of these answer, where the log has it no longer. */
  readonly gone: readonly string[]
  readonly strategy: Event<'strategy.loaded'> | null
  readonly intent: Event<'strategy.intent'> | null
  readonly resolution: Event | null
  /** What the gate said to the intent, that the order engine knew of it where that was waited for, and the configuration with its limits that was in force then. */
  readonly verdicts: readonly Event[]
  readonly limits: Event<'system.config'> | null
  /** The order's own events, submission to end, and what was confirmed of a halt that canceled it. */
  readonly order: readonly Event[]
  /** What these answer beside the approval: a fill of the entry, a command, a halt, a newer wish, each behind what it answers itself. */
  readonly reasons: readonly Event[]
  readonly pnl: readonly Event<'pnl.update'>[]
}

const wanted = [
  'strategy.loaded',
  'strategy.intent',
  'instrument',
  'risk',
  'order',
  'pnl.update',
  'system.config',
  'system.command',
]

/** The life of the order that a client order id, a venue's order id or an approval's id names. Throws a UserError where there is none. */
export function lifeOfOrder(folder: string, id: string): OrderLife {
  const clientOrderId = clientOrderIdNamed(folder, id)
  const order: Event[] = []
  const pnl: Event<'pnl.update'>[] = []
  const causes = new Set<string>()
  const canceledFor = new Set<string | null>()
  let approvalId = ''
  for (const event of eventsOf(folder, ['order', 'pnl.update'])) {
    if (event.topic === 'pnl.update') {
      if (event.cause !== null && causes.has(event.cause)) pnl.push(event as Event<'pnl.update'>)
    } else if (event.topic === 'order.mass_cancel_reported') {
      const { of, open } = event.payload
      if (canceledFor.has(of) || open.includes(clientOrderId)) order.push(event)
    } else if ((event.payload as { clientOrderId?: string }).clientOrderId === clientOrderId) {
      order.push(event)
      causes.add(event.id)
      if (event.topic === 'order.cancel_requested') canceledFor.add(event.cause)
      if (event.topic === 'order.submitted' || event.topic === 'order.denied') approvalId = event.payload.approval
    }
  }
  return { ...decisionOf(folder, approvalId), order, reasons: reasonsOf(folder, order, approvalId), pnl }
}

/** Of what the order engine says, without the market's facts and the time. */
function reasonsOf(folder: string, order: readonly Event[], approvalId: string): Event[] {
  const own = new Set(order.map(({ id }) => id))
  const answers = order.filter(({ topic, source, cause }) => {
    return source === 'orders' && cause !== approvalId && topic !== 'order.mass_cancel_reported'
  })
  const causes = answers
    .flatMap((answer) => causesOf(folder, answer))
    .filter(({ id, topic }) => {
      return !own.has(id) && !topic.startsWith('md.') && !topic.startsWith('indicator.') && topic !== 'system.time'
    })
  return [...new Map(causes.map((event) => [event.seq, event])).values()].sort((a, b) => a.seq - b.seq)
}

function decisionOf(folder: string, approvalId: string): Omit<OrderLife, 'order' | 'reasons' | 'pnl'> {
  const approval = found(folder, ['risk.approved'], ({ id }) => id === approvalId) as Event<'risk.approved'> | undefined
  const none = { seen: [], gone: [], strategy: null, intent: null, resolution: null, verdicts: [], limits: null }
  if (approval === undefined) return none
  const intentId = approval.payload.intent
  let [strategy, intent, limits]: [Event | null, Event | null, Event | null] = [null, null, null]
  let resolution: Event | null = null
  let [halted, closes]: [Event | null, Event | null] = [null, null]
  const verdicts: Event[] = []
  for (const event of eventsOf(folder, wanted, approval.seq)) {
    switch (event.topic) {
      case 'strategy.loaded':
        if (intent === null && event.payload.strategy === approval.payload.strategy) strategy = event
        break
      case 'strategy.intent':
        if (event.id === intentId) intent = event
        break
      case 'system.config':
        if (event.payload.service === 'risk') limits = event
        break
      case 'instrument.resolved':
        if (event.payload.intent === intentId && event.payload.instrument === approval.payload.instrument)
          resolution = event
        break
      case 'risk.halted':
        halted = event
        break
      case 'system.command':
        if (event.id === intentId && event.payload.command === 'position.close') closes = event
        break
      case 'risk.approved':
      case 'risk.rejected':
      case 'risk.superseded':
      case 'order.superseded':
        if (event.payload.intent === intentId) verdicts.push(event)
        break
    }
  }
  const gone = new Set<string>()
  const seen = intent === null ? closedBy(folder, approval, halted, gone) : seenBy(folder, intent, gone)
  return {
    ...(closes === null ? { seen, gone: [...gone] } : { seen: [closes], gone: [] }),
    strategy: strategy as Event<'strategy.loaded'> | null,
    intent: intent as Event<'strategy.intent'> | null,
    resolution,
    verdicts,
    limits: limits as Event<'system.config'> | null,
  }
}

/** The causes of an event, the fact from outside first; the id of one that is gone is added. The id of an answer names the seq of its cause. */
function causesOf(folder: string, event: Event, gone = new Set<string>()): Event[] {
  const causes: Event[] = []
  for (let effect = event; effect.cause !== null; ) {
    const { major } = parseEventId(effect.id)
    const [line] = readLog(folder, { from: major, to: major, isKeptEnough: true })
    if (line === undefined) {
      gone.add(effect.cause)
      break
    }
    effect = JSON.parse(line.content) as Event
    causes.unshift(effect)
  }
  return causes
}

/** Why the gate closes a position by itself: what halted trading, and what it answers with this. */
function closedBy(folder: string, approval: Event, halted: Event | null, gone: Set<string>): Event[] {
  const ofHalt = halted === null ? [] : [...causesOf(folder, halted, gone), halted]
  const all = [...ofHalt, ...causesOf(folder, approval, gone)]
  return [...new Map(all.map((event) => [event.seq, event])).values()].sort((a, b) => a.seq - b.seq)
}

/** The causes of an intent, and what else the indicators said to the same fact before it. */
function seenBy(folder: string, intent: Event, gone: Set<string>): Event[] {
  const causes = causesOf(folder, intent, gone)
  const [fact] = causes
  const newest = causes.at(-1)
  if (fact === undefined || newest === undefined) return causes
  const to = Math.min(newest.seq, fact.seq + 10_000)
  const between = [...readLog(folder, { from: fact.seq, to, isKeptEnough: true })]
  const others = between
    .map(({ content }) => JSON.parse(content) as Event)
    .filter(({ topic, cause }) => cause === fact.id && topic.startsWith('indicator.'))
  const seqs = new Set(causes.map(({ seq }) => seq))
  return [...causes, ...others.filter(({ seq }) => !seqs.has(seq))].sort((a, b) => a.seq - b.seq)
}

/** Events of some topics or namespaces that are kept, up to a seq. */
export function* eventsOf(folder: string, topics: readonly string[], to?: number): Generator<Event> {
  for (const { content } of readLog(folder, { topics, isKeptEnough: true, ...(to === undefined ? {} : { to }) }))
    yield JSON.parse(content) as Event
}

/** What an event says, where it is of this topic. */
export const payloadIf = <T extends Topic>(event: Event | null, topic: T): PayloadOf<T> | null =>
  event?.topic === topic ? (event.payload as PayloadOf<T>) : null

function clientOrderIdNamed(folder: string, id: string): string {
  const isNamed = ({ payload }: Event): boolean => {
    const { clientOrderId, venueOrderId, approval } = payload as Partial<Record<string, unknown>>
    return clientOrderId === id || venueOrderId === id || approval === id
  }
  const named = found(folder, ['order'], isNamed)
  if (named === undefined)
    throw new UserError(`there is no order ${id}`, { file: folder, hint: 'see: trader orders list' })
  return (named.payload as { clientOrderId: string }).clientOrderId
}

function found(folder: string, topics: readonly string[], isMeant: (event: Event) => boolean): Event | undefined {
  for (const event of eventsOf(folder, topics)) if (isMeant(event)) return event
  return undefined
}
