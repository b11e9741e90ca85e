import { setTimeout as sleep } from 'node:timers/promises'
import { compareExact } from '#lib/bars/exact-decimal.ts'
import { zero } from '#lib/domain/signed-decimal.ts'
import { amountsOf } from './account-check.ts'
import { tellTrades } from './account-trades.ts'
import { adoptOrder } from './adopt-order.ts'
import { askOrder } from './ask-order.ts'
import type { GatewayOptions } from './gateway.ts'
import type { GatewayOrder } from './gateway-order.ts'
import type { Span } from './late-check.ts'
import { takenUntil } from './next-step.ts'
import type { OrderDesk } from './order-desk.ts'
import type { Answer, VenueBalance } from './real-venue.ts'
import { nothing } from './understood.ts'

/** What one pass found; `told` is what was external or different. */
export type Found = {
  readonly hasExternal: boolean
  /** Some balance differs; after how long to look again, where it has not yet so long that it could have been said. */
  readonly isDiffering: boolean
  readonly againMs: number | null
  readonly told: string
}
/** Nothing is proved; asked again before `waitMs`, the venue would not answer either. `isFaulty`: what it answered cannot be. */
export type Unanswered = { readonly waitMs: number; readonly why: string; readonly isFaulty: boolean }
type Before = {
  readonly isFirst: boolean
  readonly isDiffering: boolean
  readonly told: string
  /** How often the stream was opened. */
  readonly opening: number
}

/** One pass of G11. */
export async function reconcile(desk: OrderDesk, options: GatewayOptions, before: Before): Promise<Found | Unanswered> {
  const { venue, note } = options
  const unanswered = (what: string, answer?: Answer<unknown>) => {
    const why = answer?.kind === 'nothing' || answer?.kind === 'refused' ? `: ${answer.reason}` : ''
    const words = `${venue.name} does not answer for ${what}${why}`
    note(words)
    const { waitMs, isFaulty } = answer?.kind === 'nothing' ? answer : { waitMs: 0 }
    return { waitMs, why: words, isFaulty: isFaulty === true }
  }
  desk.missing = { acceptances: 0, fills: 0, ends: 0 }
  const time = await learnTime(desk, options)
  if (time.kind !== 'done') return unanswered('its time', time)
  for (const instrument of new Set([...desk.orders.instruments(), ...desk.account.unnamed()])) {
    const assets = desk.assets.has(instrument) ? null : await venue.assets(instrument)
    if (assets?.kind === 'done') desk.learn(instrument, assets.value)
    else if (assets?.kind === 'nothing') return unanswered(instrument, assets)
  }
  const known = desk.orders.open()
  const open = await venue.openOrders()
  if (open.kind !== 'done') return unanswered('its open orders', open)
  // It answers again: what was given up is tried again. [G15] [G16]
  for (const order of known) {
    order.queries = 0
    order.cancels = 0
  }
  const external: string[] = []
  const shown = new Set<unknown>()
  for (const view of open.value) {
    const order = desk.orders.ofView(view)
    if (order !== undefined) {
      shown.add(order)
      const lacking = await desk.show(order, view, true)
      if (lacking !== null) return unanswered(`the trades of ${view.venueClientId}`, lacking)
      if (!order.said.ended) continue
    }
    const isOpen = order === undefined || (await isStillOpen(desk, order))
    if (isOpen === null) return unanswered(view.venueClientId)
    if (!isOpen) continue
    if (options.external === 'adopt' && order === undefined) {
      const isAdopted = await adoptOrder(desk, options, view)
      if (isAdopted === null) return unanswered(`the trades of ${view.venueClientId}`)
      if (isAdopted) continue
    }
    external.push(view.venueClientId)
    if (options.external === 'cancel' || (options.external === 'adopt' && order !== undefined))
      await venue.cancelExternal(view)
  }
  for (const order of known) {
    if (shown.has(order) || order.said.ended) continue
    const isUnsent = order.venueOrderId === null && order.takenUntilMs === null
    const lacking = isUnsent ? null : await askOrder(desk, order, true)
    if (lacking !== null) return unanswered(order.venueClientId, lacking)
  }
  const ended = venue.settlements && (await venue.settlements(desk.contracts.held(), desk.time.now()))
  if (ended && ended.kind !== 'done') return unanswered('the ends of contracts', ended)
  for (const settlement of ended?.value ?? [])
    for (const payload of [...desk.contracts.ends(settlement)]) {
      desk.foldSettled(payload)
      desk.voice.say({ topic: 'venue.settled', payload })
    }
  const first = desk.trades.hasBegun ? null : await begin(desk, options)
  if (first !== null && first.kind !== 'done') return unanswered('its balances', first)
  const at = desk.time.now() * 1_000
  desk.record.begin(at, before.opening, before.isDiffering || desk.trades.areOld(at))
  const others = open.value.flatMap(({ symbol }) => venue.instrumentOf(symbol) ?? [])
  const lacking = await tellTrades(desk, [...desk.orders.instruments(), ...desk.account.instruments(), ...others])
  if (lacking !== null) return unanswered('its trades', lacking)
  const askedMs = desk.time.now()
  const balances = first ?? (await venue.balances())
  const span = { fromAt: (askedMs - leastStillMs) * 1_000, toAt: (desk.time.now() + leastStillMs) * 1_000 }
  if (balances.kind !== 'done') return unanswered('its balances', balances)
  const paid = await tellPayments(desk, options)
  if (paid !== null) return unanswered('its payments', paid)
  return tell(desk, options, balances.value, span, external, before)
}

/** For how long at least balances have to stand still: clocks of a venue's machines differ by less than half of it. */
const leastStillMs = 250

/**
 * The first balances are those of an instant around which nothing was traded: asked for twice, they are the same. What was traded before it is in them, and
 * not the log's. Where somebody trades all the time it is tried again, each time for half as long. [G14] [G34]
 */
async function begin(desk: OrderDesk, { venue, inFlightMs }: GatewayOptions): Promise<Answer<readonly VenueBalance[]>> {
  const { stillMs } = desk.account
  const forMs = Math.max(leastStillMs, stillMs === null ? inFlightMs : stillMs / 2)
  desk.account.stillMs = forMs
  const before = await venue.balances()
  if (before.kind !== 'done') return before
  await sleep(forMs / 2)
  const at = desk.time.now() * 1_000
  await sleep(forMs / 2)
  const after = await venue.balances()
  if (after.kind !== 'done') return after
  const [is, was] = [amountsOf(after.value), amountsOf(before.value)]
  const isSame = (asset: string) => compareExact(is.get(asset) ?? zero, was.get(asset) ?? zero) === 0
  if (![...is.keys(), ...was.keys()].every(isSame)) return nothing('something was traded meanwhile')
  desk.trades.begin(at)
  desk.account.begin(after.value, at)
  return after
}

/** The exchange books a payment some time after it tells of one, if it tells. */
const paymentsEveryMs = 60_000

/** Says what was paid and is not in the log; comes back with an answer that was none. [G32] */
async function tellPayments(desk: OrderDesk, { venue, nowMs }: GatewayOptions): Promise<Answer<unknown> | null> {
  const { payments, assets, account } = desk
  payments.begin(desk.time.now() * 1_000)
  const named = new Map(payments.instruments().map((instrument) => [assets.get(instrument)?.base ?? '', instrument]))
  if (venue.payments === null || named.size === 0 || nowMs() < payments.nextAskMs) return null
  payments.nextAskMs = nowMs() + paymentsEveryMs
  const answer = await venue.payments(Math.floor(payments.since() / 1_000), [...named.keys()])
  if (answer.kind !== 'done') {
    payments.nextAskMs = 0
    return answer
  }
  for (const payment of answer.value) {
    const instrument = named.get(payment.symbol)
    if (instrument === undefined) continue
    for (const paid of payments.unsaid(payment, instrument, account.atFirst(payment.symbol))) {
      payments.hear(paid)
      desk.voice.say({ topic: 'venue.paid', payload: paid })
    }
  }
  payments.forget()
  return null
}

/** What was open may have ended since: of an order that the log has ended it is asked once more. Null: not known. [G13] */
async function isStillOpen(desk: OrderDesk, order: GatewayOrder): Promise<boolean | null> {
  const answer = await desk.find(order)
  if (answer.kind === 'nothing') return null
  return answer.kind === 'done' && answer.value.state === 'working'
}

async function learnTime(desk: OrderDesk, options: GatewayOptions): Promise<Answer<number>> {
  const { venue, nowMs, windowMs } = options
  const askedAtMs = nowMs()
  const time = await venue.time()
  if (time.kind !== 'done') return time
  desk.time.learn(time.value, askedAtMs, nowMs())
  venue.setClock(desk.time.offsetMs)
  // What a process before may have sent can arrive until its window, counted from now, has passed. [G3]
  const latestMs = desk.time.now() + desk.time.doubtMs
  for (const order of desk.orders.open()) {
    if (order.takenUntilMs === Number.POSITIVE_INFINITY) order.takenUntilMs = takenUntil(order, latestMs, options)
    if (order.moveTakenUntilMs === Number.POSITIVE_INFINITY) order.moveTakenUntilMs = latestMs + windowMs
  }
  return time
}

function tell(
  desk: OrderDesk,
  { venue, external: policy }: GatewayOptions,
  balances: readonly VenueBalance[],
  span: Span,
  external: readonly string[],
  { isFirst, told }: Before,
): Found {
  const { lasting, isDiffering, againMs } = desk.account.compare(balances, {
    ...span,
    isWhole: !desk.record.isOpen,
    knownTo: desk.trades.knownTo,
  })
  const { missing } = desk
  const { amounts, differences } = lasting
  const found = external.length + differences.length === 0 ? '' : JSON.stringify([external, amounts])
  const isNews = found !== told
  if (isFirst || isNews || desk.trades.hasUnsaid || missing.acceptances + missing.fills + missing.ends > 0)
    desk.voice.say({
      topic: 'venue.reconciled',
      payload: {
        venue: venue.name,
        balances: desk.trades.isSaid ? balances.map(({ asset, total }) => ({ asset, total })) : desk.account.first(),
        workingOrders: desk.orders.working,
        missing,
        external: external.slice(0, 1_000),
        differences: differences.slice(0, 100),
        trades: desk.trades.toSay(),
      },
    })
  if (isNews && policy !== 'ignore' && external[0] !== undefined) {
    const what = policy === 'cancel' ? 'they are canceled' : 'nothing is submitted until they are gone'
    desk.voice.alert(
      'VENUE_DIFFERS',
      external[0],
      `${external.length} open orders that the log does not know or has ended: ${what}`,
    )
  }
  for (const { asset, expected, found: there } of isNews ? differences : [])
    desk.voice.alert('VENUE_DIFFERS', asset, `${venue.name} holds ${there} ${asset}, by the log it is ${expected}`)
  return {
    hasExternal: external.length > 0,
    isDiffering,
    againMs,
    told: found,
  }
}
