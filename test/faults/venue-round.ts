import { setTimeout as sleep } from 'node:timers/promises'
import { addExact, compareExact, multiplyExact, parseExact } from '#lib/bars/exact-decimal.ts'
import { filledBy } from '#lib/domain/client-order-id.ts'
import { movedBy } from '#lib/domain/moved-by.ts'
import { negateExact, zero } from '#lib/domain/signed-decimal.ts'
import { catalogue, type PayloadOf, type Topic } from '#schemas/catalogue.ts'
import type { Event, Statement } from '#schemas/event.ts'
import { exitsOf } from '#services/orders/answer-fill.ts'
import { Gateway } from '#services/venue/adapters/gateway/gateway.ts'
import { plainText } from '#services/venue/adapters/gateway/gateway-order.ts'
import { logged } from '#test/services/venue/adapters/logged.ts'
import { badLine, calm, type Faults, lateOrders } from './bad-line.ts'
import { below, type Chance, chanceOf, isLikely, pick } from './chance.ts'
import {
  type Line,
  type RoundBooks,
  type RoundVenue,
  type RoundVenueKind,
  roundVenues,
  timeoutMs,
  type Weather,
} from './round-venues.ts'
import { endsOf } from './venue-ends.ts'

export type RoundResult = {
  readonly orders: number
  readonly fills: number
  readonly kills: number
  /** Submissions under a client id that had been sent before. */
  readonly resent: number
  readonly faults: string[]
}

/**
 * One seeded round: a gateway brings orders to a venue over a line that loses and cuts, and is killed again and again, with what it had
 * said and was not yet in the log, while others trade on the same account. In the end the log has to have exactly what the venue's own books have.
 * In every fourth round only submissions are lost, or come late, and there is time to send them again. `windowKnown: false`: to a gateway that takes the venue
 * to take nothing after 1 ms.
 */
export async function venueRound(
  seed: number,
  {
    orders = 16,
    venue: kind = 'binance',
    windowKnown = true,
  }: { orders?: number; venue?: RoundVenueKind; windowKnown?: boolean } = {},
): Promise<RoundResult> {
  const chance = chanceOf(seed)
  const venue = await roundVenues[kind](chance)
  const line = await badLine(venue.url, chance)
  const log = new TestLog(venue.instrument)
  const external = pick(chance, ['refuse', 'cancel', 'adopt', 'ignore'] as const)
  // What others trade before the log begins is not the log's.
  for (let n = below(chance, 4); n > 0; n--) venue.other({ side: pick(chance, sides), isAtOnce: true })
  const opening = venue.books()
  const market = setInterval(() => venue.move(), 15)
  const isBad = isLikely(chance, 0.8)
  const weather: Weather = seed % 4 === 0 ? 'late' : isBad ? 'bad' : 'calm'
  const sent: string[] = []
  const start = () => startGateway(log, venue, line, { external, windowKnown, sent, timeoutMs: timeoutMs[weather] })
  let gateway = await start()
  let kills = 0
  // What is sent before that is refused or expires: a round without fills shows little.
  await settled(() => log.of('venue.reconciled').length > 0)
  const badly: Faults = { lostAsked: 0.1, late: 0.2, lateMs: 500, lostAnswer: 0.15, unavailable: 0.1, delayMs: 40 }
  line.set({ calm, bad: badly, late: lateOrders }[weather])
  for (let n = 0; n < orders; ) {
    await sleep(below(chance, 60))
    const happens = below(chance, 12)
    if (log.of('venue.reconciled').length > 0 && isLikely(chance, 0.4))
      venue.other({ side: pick(chance, sides), isAtOnce: isLikely(chance, 0.5) })
    if (happens < 6) {
      venue.beforeOrder(weather)
      const order = venue.keepsExits ? waitingOrderOf(chance, ++n, venue) : orderOf(chance, ++n, venue)
      log.submit(weather === 'late' ? { ...order, expiresAt: order.expiresAt + 4_000_000 } : order)
    } else if (happens < 9) {
      log.cancel(chance)
      if (venue.keepsExits) log.move(chance)
    } else if (happens === 9) {
      if (weather !== 'late') line.cut()
    } else if (happens === 10) {
      if (weather === 'late') continue
      line.setDown(true)
      await sleep(below(chance, 120))
      line.setDown(false)
    } else {
      gateway.kill()
      kills++
      gateway = await start()
    }
  }
  if (weather === 'late') await sleep(2_500)
  line.set(calm)
  venue.endOthers()
  // The last fill of an entry may be followed by exits.
  await settled(() => log.cancelAll() && log.working() === 0)
  await settled(() => externalTrades(log, venue.books(), opening).length === 0)
  clearInterval(market)
  gateway.kill()
  await sleep(60)
  line.close()
  await venue.close()
  const faults = differences(log, venue.books(), opening)
  return { orders, fills: log.of('order.fill').length, kills, resent: sent.length - new Set(sent).size, faults }
}

async function settled(isSo: () => boolean): Promise<void> {
  const endMs = performance.now() + 60_000
  while (!isSo() && performance.now() < endMs) await sleep(20)
}

/** Orders, fills, ends, positions and cash of the log against the venue's own. */
function differences(log: TestLog, now: RoundBooks, opening: RoundBooks): string[] {
  const { orders: at, ...books } = now
  const faults = externalTrades(log, now, opening)
  const submitted = log.of('order.submitted')
  const seen = new Set<string>()
  for (const { clientOrderId } of at) {
    if (seen.has(clientOrderId)) faults.push(`${clientOrderId} was sent twice`)
    seen.add(clientOrderId)
  }
  let [base, cash] = [zero, zero]
  for (const { clientOrderId, stopPrice } of submitted) {
    const theirs = at.find((order) => order.clientOrderId.endsWith(clientOrderId.slice(1)))
    const ours = log.of('order.fill').filter((fill) => fill.clientOrderId === clientOrderId)
    const fills = ours.map(({ tradeId, quantity, price }) => `${tradeId} ${quantity} at ${price}`).sort()
    const trades = (theirs?.trades ?? []).map(
      ({ id, quantity, price }) => `${id} ${plainText(parseExact(quantity))} at ${plainText(parseExact(price))}`,
    )
    const triggers = log.of('order.triggered').filter((one) => one.clientOrderId === clientOrderId).length
    if (triggers > 1 || (stopPrice !== undefined && fills.length > 0 && triggers !== 1))
      faults.push(`${clientOrderId} triggered ${triggers} times in the log`)
    if (fills.join() !== trades.sort().join()) faults.push(`${clientOrderId}: fills ${fills}, at the venue ${trades}`)
    const ends = log.endsOf(clientOrderId)
    const status = theirs?.status ?? 'NONE'
    if (!endsOf[status]?.includes(ends.join())) faults.push(`${clientOrderId} ended as ${ends}, at the venue ${status}`)
  }
  for (const fill of log.of('order.fill')) {
    const paid = multiplyExact(parseExact(fill.quantity), parseExact(fill.price))
    base = addExact(base, movedBy(fill))
    cash = addExact(cash, fill.side === 'buy' ? negateExact(paid) : paid)
    if (fill.feePaid === undefined) cash = addExact(cash, negateExact(parseExact(fill.fee)))
  }
  const sum = (parts: readonly string[]) => parts.map(parseExact).reduce(addExact, zero)
  base = addExact(base, sum(opening.position))
  cash = addExact(cash, sum(opening.cash))
  if (compareExact(base, sum(books.position)) !== 0) faults.push('the position differs')
  if (compareExact(cash, sum(books.cash)) !== 0) faults.push('the cash differs')
  if (log.of('venue.reconciled').some((one) => one.differences.length > 0)) faults.push('balances were said to differ')
  // What no log would take, by its schema. [G51]
  for (const { code, message } of log.of('system.alert')) if (code === 'VENUE_REPORT_REFUSED') faults.push(message)
  return faults
}

/** Fills of the strategy `external` against what others have traded since the log began. */
function externalTrades(log: TestLog, now: RoundBooks, opening: RoundBooks): string[] {
  const tradesOf = ({ orders }: RoundBooks) =>
    orders.flatMap(({ clientOrderId, trades }) =>
      clientOrderId.startsWith('other-') ? trades.map(({ id }) => String(id)) : [],
    )
  const before = new Set(tradesOf(opening))
  const theirs = tradesOf(now).filter((id) => !before.has(id))
  const ours = log.of('order.fill').flatMap((fill) => (fill.strategy === 'external' ? [fill.tradeId] : []))
  return ours.sort().join() === theirs.sort().join() ? [] : [`others traded ${theirs}, the log has ${ours} of them`]
}

const sides = ['buy', 'sell'] as const

function orderOf(
  chance: Chance,
  n: number,
  { instrument, price: priceOf, quantity }: RoundVenue,
): PayloadOf<'order.submitted'> {
  const price = priceOf()
  const side = pick(chance, ['buy', 'sell'] as const)
  const orderType = pick(chance, ['market', 'market', 'limit', 'limit'] as const)
  const away = below(chance, 30) - 10
  const limitPrice = ((side === 'buy' ? price - away : price + away) / 100).toFixed(2)
  return {
    clientOrderId: `t-${n}-0`,
    approval: `risk:${n}.0`,
    strategy: 'test',
    instrument,
    side,
    quantity: quantity(chance),
    orderType,
    timeInForce: pick(chance, ['GTC', 'GTC', 'GTC', 'IOC'] as const),
    ...(orderType === 'limit' ? { limitPrice } : { timeInForce: 'GTC' }),
    expiresAt: (Date.now() + 200 + below(chance, 1_500)) * 1_000,
  }
}

/** Of every kind that waits for a price, or an entry with exits; as often one that does neither. */
function waitingOrderOf(chance: Chance, n: number, venue: RoundVenue): PayloadOf<'order.submitted'> {
  const plain = orderOf(chance, n, venue)
  const price = venue.price()
  const text = (cents: number) => (cents / 100).toFixed(2)
  const sign = plain.side === 'buy' ? 1 : -1
  const away = 1 + below(chance, 15)
  const what = below(chance, 14)
  const orderType = waitingTypes[what]
  const { limitPrice: _, ...rest } = plain
  if (orderType !== undefined) {
    const stop = price + (orderType.endsWith('touched') ? -sign : sign) * away
    const reducing = isLikely(chance, 0.3) ? { isReduceOnly: true } : {}
    const waiting = { ...rest, orderType, timeInForce: 'GTC', ...reducing } as const
    if (orderType === 'trailing_stop') return { ...waiting, trailingOffset: text(away) }
    const limit = orderType.includes('limit') ? { limitPrice: text(stop + sign * (below(chance, 12) - 4)) } : {}
    return { ...waiting, stopPrice: text(stop), ...limit }
  }
  if (what > 8) return plain
  const [loss, profit] = [text(price - sign * (5 + away)), text(price + sign * (5 + away))]
  const stop = isLikely(chance, 0.5) ? { stopLoss: loss } : { trailingOffset: text(5 + away) }
  return { ...plain, bracket: { ...stop, takeProfit: profit } }
}
const waitingTypes = ['stop', 'stop_limit', 'trailing_stop', 'market_if_touched', 'limit_if_touched'] as const

type Started = {
  readonly external: 'refuse' | 'cancel' | 'adopt' | 'ignore'
  readonly windowKnown: boolean
  readonly timeoutMs: number
  /** Client ids of what is sent, as often as it is. */
  readonly sent: string[]
}

async function startGateway(
  log: TestLog,
  { connect }: RoundVenue,
  line: Line,
  { external, windowKnown, sent, timeoutMs }: Started,
): Promise<{ kill(): void }> {
  const nowMs = Date.now
  const settings = {
    symbols: {},
    timeoutMs,
    windowMs: windowKnown ? 450 : 1,
    inFlightMs: 60,
    reconcileMs: 150,
    external,
  } as const
  const venue = await connect(line, settings)
  const gateway = new Gateway({
    ...settings,
    venue: {
      ...venue,
      place: (order, venueClientId, timestampMs) => {
        sent.push(venueClientId)
        return venue.place(order, venueClientId, timestampMs, 450)
      },
    },
    nowMs,
    say: (statement) => log.say(statement),
    note: () => undefined,
  })
  for (const event of log.events) gateway.hear(event)
  gateway.caughtUp()
  log.follow((event) => gateway.hear(event))
  return {
    kill: () => {
      gateway.close()
      log.lose()
    },
  }
}

/** A log that makes durable what is said a little later, and loses the rest when who said it dies. */
class TestLog {
  readonly events: Event[] = []
  #said: Statement[] = []
  #follow: (event: Event) => void = () => undefined
  #timer: NodeJS.Timeout | null = null

  readonly #instrument: string

  constructor(instrument: string) {
    this.#instrument = instrument
    const hash = 'a'.repeat(64)
    this.#append({ topic: 'system.config', payload: { service: 'orders', hash, config: { at: Date.now() } } })
    const listing = { tickSize: '0.01', lotSize: '0.001', multiplier: '1', currency: 'USDT', isSimulated: true }
    this.#append({ topic: 'md.instrument', payload: { instrument, kind: 'spot', ...listing } })
  }

  say(statement: Statement): void {
    catalogue[statement.topic].schema.parse(statement.payload)
    this.#said.push(statement)
    this.#timer ??= setTimeout(() => {
      this.#timer = null
      for (const one of this.#said.splice(0)) this.#append(one)
    }, 5)
  }

  submit(payload: PayloadOf<'order.submitted'>): void {
    this.#append({ topic: 'order.submitted', payload })
  }

  cancel(chance: Chance): void {
    const working = this.#working()
    if (working.length > 0) this.#requestCancel(pick(chance, working))
  }

  /** Another limit, a little away, of one that waits for a price, or waited. */
  move(chance: Chance): void {
    const accepted = new Set(this.of('order.accepted').map(({ clientOrderId }) => clientOrderId))
    const moved = this.#working().filter(
      ({ clientOrderId, limitPrice, stopPrice }) =>
        limitPrice !== undefined && stopPrice !== undefined && accepted.has(clientOrderId),
    )
    if (moved.length === 0) return
    const { clientOrderId, limitPrice } = pick(chance, moved)
    const price = (Number(limitPrice) + (below(chance, 9) - 4) / 100).toFixed(2)
    const payload = { clientOrderId, instrument: this.#instrument, limitPrice: price, reason: 'test' }
    this.#append({ topic: 'order.update_requested', payload })
  }

  /** What works is asked to be canceled, once. */
  cancelAll(): true {
    const asked = new Set(this.of('order.cancel_requested').map(({ clientOrderId }) => clientOrderId))
    for (const one of this.#working()) if (!asked.has(one.clientOrderId)) this.#requestCancel(one)
    return true
  }

  working(): number {
    return this.#working().length
  }

  follow(follow: (event: Event) => void): void {
    this.#follow = follow
  }

  lose(): void {
    this.#said = []
    this.#follow = () => undefined
  }

  of<T extends Topic>(topic: T): PayloadOf<T>[] {
    return this.events.filter((event) => event.topic === topic).map(({ payload }) => payload as PayloadOf<T>)
  }

  endsOf(clientOrderId: string): string[] {
    const ends = ['order.rejected', 'order.canceled', 'order.expired']
    return this.events
      .filter(
        ({ topic, payload }) =>
          ends.includes(topic) && (payload as { clientOrderId: string }).clientOrderId === clientOrderId,
      )
      .map(({ topic }) => topic)
  }

  #working(): PayloadOf<'order.submitted'>[] {
    const filled = new Set(
      this.of('order.fill')
        .filter(({ leavesQuantity }) => Number(leavesQuantity) === 0)
        .map((one) => one.clientOrderId),
    )
    return this.of('order.submitted').filter(
      ({ clientOrderId }) => !filled.has(clientOrderId) && this.endsOf(clientOrderId).length === 0,
    )
  }

  #requestCancel({ clientOrderId }: PayloadOf<'order.submitted'>): void {
    this.#append({
      topic: 'order.cancel_requested',
      payload: { clientOrderId, instrument: this.#instrument, reason: 'test' },
    })
  }

  #append(statement: Statement): void {
    this.#follow(logged(this.events, statement))
    if (statement.topic === 'order.fill') this.#protect(statement.payload)
  }

  /** As the order engine does: the fill of an entry is followed by its exits, and one that is filled ends the other. [O18] [O19] */
  #protect(fill: PayloadOf<'order.fill'>): void {
    const filled = this.of('order.submitted').find(({ clientOrderId }) => clientOrderId === fill.clientOrderId)
    const fills = this.of('order.fill').filter(({ clientOrderId }) => clientOrderId === fill.clientOrderId).length
    if (filled?.bracket !== undefined)
      for (const exit of exitsOf(fill, { ...filled.bracket, approval: filled.approval }, fills, Date.now() * 1_000))
        this.submit(exit)
    if (filled?.closes === undefined || Number(fill.leavesQuantity) > 0) return
    const pair = filledBy(filled.clientOrderId)
    for (const one of this.#working()) if (filledBy(one.clientOrderId) === pair) this.#requestCancel(one)
  }
}
