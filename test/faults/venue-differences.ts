import { addExact, compareExact, type ExactDecimal, multiplyExact, parseExact } from '#lib/bars/exact-decimal.ts'
import { movedBy } from '#lib/domain/moved-by.ts'
import { absExact, negateExact, subtractExact, zero } from '#lib/domain/signed-decimal.ts'
import type { PayloadOf, Topic } from '#schemas/catalogue.ts'
import type { Event } from '#schemas/event.ts'
import { endsOf } from './venue-ends.ts'

/** What a venue says of an account, in Binance's words. */
export type VenueBooks = {
  readonly orders: readonly { orderId: number; clientOrderId: string; status: string; executedQty: string }[]
  readonly trades: readonly {
    id: number | string
    orderId: number
    price: string
    qty: string
  }[]
  /** Parts of one sum each. */
  readonly position: readonly string[]
  readonly cash: readonly string[]
}

/** Where a log, in which nothing works any more, and the books of its venue part: orders, fills, ends, positions, cash. */
export function venueDifferences(
  events: readonly Event[],
  { orders, trades, position, cash }: VenueBooks,
  startingCash: string,
): string[] {
  const faults: string[] = []
  const of = <T extends Topic>(topic: T) =>
    events.filter((event) => event.topic === topic).map(({ payload }) => payload as PayloadOf<T>)
  const submitted = of('order.submitted')
  const fills = of('order.fill')
  const ends = new Map<string, string>()
  for (const topic of ['order.rejected', 'order.canceled', 'order.expired'] as const)
    for (const { clientOrderId } of of(topic)) ends.set(clientOrderId, `${ends.get(clientOrderId) ?? ''}${topic}`)
  const sent = new Map<string, (typeof orders)[number]>()
  for (const order of orders) {
    if (order.clientOrderId.startsWith('other-')) continue
    const clientOrderId = `t${order.clientOrderId.slice(order.clientOrderId.indexOf('-'))}`
    if (sent.has(clientOrderId)) faults.push(`${clientOrderId} was sent twice`)
    sent.set(clientOrderId, order)
  }
  const known = new Set(submitted.map(({ clientOrderId }) => clientOrderId))
  if (known.size !== submitted.length) faults.push('two orders of one id')
  for (const clientOrderId of sent.keys())
    if (!known.has(clientOrderId)) faults.push(`${clientOrderId} is not in the log`)
  const tradesOf = Map.groupBy(trades, ({ orderId }) => orderId)
  const fillsOf = Map.groupBy(fills, ({ clientOrderId }) => clientOrderId)
  for (const { clientOrderId } of submitted) {
    const theirs = sent.get(clientOrderId)
    const there = (tradesOf.get(theirs?.orderId ?? -1) ?? []).map(
      ({ id, qty, price }) => `${id}: ${plain(qty)} at ${plain(price)}`,
    )
    const here = (fillsOf.get(clientOrderId) ?? []).map(
      (fill) => `${fill.tradeId}: ${plain(fill.quantity)} at ${plain(fill.price)}`,
    )
    if (here.sort().join() !== there.sort().join())
      faults.push(`${clientOrderId} has fills ${here}; at the venue ${there}`)
    const status = theirs?.status ?? 'NONE'
    const end = ends.get(clientOrderId) ?? ''
    if (!endsOf[status]?.includes(end))
      faults.push(`${clientOrderId} is ${status} at the venue, in the log ${end || 'without an end'}`)
  }
  const others = orders.filter(({ clientOrderId }) => clientOrderId.startsWith('other-'))
  const theirs = others.flatMap(({ orderId }) => (tradesOf.get(orderId) ?? []).map(({ id }) => String(id)))
  const ours = fills.flatMap(({ strategy, tradeId }) => (strategy === 'external' ? [tradeId] : []))
  if (ours.sort().join() !== theirs.sort().join()) faults.push(`others traded ${theirs}, in the log they did ${ours}`)
  faults.push(...moneyFaults(of('pnl.update'), of('pnl.snapshot').at(-1), fills, { position, cash }, startingCash))
  if (of('venue.reconciled').some(({ differences, external }) => differences.length + external.length > 0))
    faults.push('the gateway said that balances differ or orders are external')
  for (const { code, message } of of('system.alert')) if (code === 'VENUE_REPORT_REFUSED') faults.push(message)
  return faults
}

/** Positions and cash as pnl says them, and as the fills add up, against the balances. */
function moneyFaults(
  updates: readonly PayloadOf<'pnl.update'>[],
  snapshot: PayloadOf<'pnl.snapshot'> | undefined,
  fills: readonly PayloadOf<'order.fill'>[],
  books: Pick<VenueBooks, 'position' | 'cash'>,
  startingCash: string,
): string[] {
  const faults: string[] = []
  const sum = (parts: readonly string[]) => parts.map(parseExact).reduce(addExact, zero)
  const [theirs, theirCash] = [sum(books.position), sum(books.cash)]
  const newest = new Map(updates.map((update) => [update.strategy, update]))
  const position = [...newest.values()].reduce((sum, one) => addExact(sum, parseExact(one.position)), zero)
  if (compareExact(position, theirs) !== 0) faults.push(`pnl holds ${show(position)}, the venue ${show(theirs)}`)
  if (snapshot === undefined) return [...faults, 'pnl said no snapshot']
  // All is in one instrument, at one mark: what is in positions is so much of the gross exposure as the net position is of the gross one.
  const gross = [...newest.values()].reduce((sum, one) => addExact(sum, absExact(parseExact(one.position))), zero)
  const inPositions = subtractExact(parseExact(snapshot.equity), theirCash)
  const exposure = parseExact(snapshot.grossExposure)
  const [ours, expected] =
    gross.units === 0n ? [inPositions, zero] : [multiplyExact(inPositions, gross), multiplyExact(exposure, position)]
  if (compareExact(ours, expected) !== 0)
    faults.push(
      `pnl has equity ${snapshot.equity} with ${show(position)} of ${show(gross)} for ${snapshot.grossExposure}, the venue cash ${show(theirCash)}`,
    )
  const paid = fills.reduce((sum, { side, price, quantity, fee, feePaid }) => {
    const amount = multiplyExact(parseExact(price), parseExact(quantity))
    const charged = feePaid === undefined ? parseExact(fee) : zero
    return addExact(addExact(sum, side === 'buy' ? negateExact(amount) : amount), negateExact(charged))
  }, parseExact(startingCash))
  const bought = fills.map(movedBy).reduce(addExact, zero)
  if (compareExact(bought, theirs) !== 0) faults.push(`fills hold ${show(bought)}, the venue has ${show(theirs)}`)
  if (compareExact(paid, theirCash) !== 0) faults.push(`fills leave ${show(paid)}, the venue has ${show(theirCash)}`)
  return faults
}

const show = ({ units, scale }: ExactDecimal): number => Number(units) / 10 ** scale
const plain = (text: string): string => (text.includes('.') ? text.replace(/\.?0+$/, '') : text)
