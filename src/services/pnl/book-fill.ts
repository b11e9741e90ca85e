import { worthOf } from '#lib/domain/contract.ts'
import { countable, countablePaid } from '#lib/domain/countable.ts'
import { firstOutAfter, noFirstOut, splitFirstOut, unrealizedFirstOut } from '#lib/domain/first-out.ts'
import { asMoney, type Money, moneyText, noMoney } from '#lib/domain/money.ts'
import {
  averagePriceOf,
  type Execution,
  type Position,
  positionAfter,
  quantityText,
  unrealizedOf,
} from '#lib/domain/position.ts'
import { findOrder, splitOrders } from '#lib/domain/sent-orders.ts'
import { inNewUnits, splitPrices, splitQuantity } from '#lib/domain/split.ts'
import { foldReport as foldIntoOrders, isCounted, type Report } from '#lib/domain/venue-report.ts'
import type { PayloadOf } from '#schemas/catalogue.ts'
import type { Event, Statement } from '#schemas/event.ts'
import { bookKey, type Ledger, type Outcome, positionOf, setPosition } from './ledger.ts'
import { valuationOf } from './valuation.ts'

/** Folds what the venue says of an order; a fill that counts moves its strategy's position. [P1]-[P4] [P21] */
export function foldReport(ledger: Ledger, report: Report): void {
  const isNew = isCounted(foldIntoOrders(ledger.orders, report))
  if (report.topic !== 'order.fill') return
  const splits = findOrder(ledger.orders, report.payload.clientOrderId)?.splits
  ledger.outcome = isNew ? bookFill(ledger, inNewUnits(report.payload, splits)) : notCounted
}

/** The end of a contract moves its strategy's position as a trade does. [P19] */
export function foldSettled(ledger: Ledger, settled: PayloadOf<'venue.settled'>): void {
  ledger.outcome = bookFill(ledger, { ...settled, fee: settled.fee ?? '0' })
}

/** What a position was paid stands beside what it realized. [P20] */
export function foldPaid(ledger: Ledger, paid: PayloadOf<'venue.paid'>): void {
  const { strategy, instrument } = paid
  const found = countablePaid(ledger, ledger.terms.get(instrument), paid)
  if (found.isCounted) {
    const before = positionOf(ledger, strategy, instrument)
    setPosition(ledger, strategy, instrument, { ...before, paid: asMoney(before.paid + found.amount) })
    ledger.outcome = { kind: 'booked', strategy, instrument, uncounted: null }
  } else ledger.outcome = { kind: 'not_countable', why: found.why }
}

/** Positions and the mark are in new units; what they cost stays. [P21] */
export function foldSplit(ledger: Ledger, event: Event<'md.split'>): void {
  const { payload: split } = event
  const { instrument } = split
  splitPrices(ledger.prices, instrument, split)
  splitOrders(ledger.orders, event)
  for (const strategy of holdersOf(ledger, instrument)) {
    const before = positionOf(ledger, strategy, instrument)
    const quantity = splitQuantity(before.quantity, split)
    setPosition(ledger, strategy, instrument, { ...before, quantity })
    const key = bookKey(strategy, instrument)
    const first = ledger.fifo.get(key)
    if (first) ledger.fifo.set(key, splitFirstOut(first, quantity, split))
  }
}

/** Every position that a split changed. [P21] */
export const answerSplit = (ledger: Ledger, { instrument }: PayloadOf<'md.split'>): Statement<'pnl.update'>[] =>
  holdersOf(ledger, instrument).map((strategy) => ({
    topic: 'pnl.update',
    payload: updateOf(ledger, strategy, instrument),
  }))

const holdersOf = (ledger: Ledger, instrument: string): string[] =>
  [...ledger.books.keys()].filter((strategy) => positionOf(ledger, strategy, instrument).quantity.units !== 0n)

/** The position after the fill, or why the fill could not be counted; nothing when it had been, or cannot be true. */
export function answerFill(
  ledger: Ledger,
  fill: Event<'order.fill'> | Event<'venue.settled'> | Event<'venue.paid'>,
): readonly Statement<'pnl.update' | 'system.alert'>[] {
  const { outcome } = ledger
  const [subject, what] =
    fill.topic === 'order.fill'
      ? [fill.payload.clientOrderId, `trade ${fill.payload.tradeId}`]
      : [fill.payload.instrument, fill.topic === 'venue.paid' ? fill.payload.why : settledText(fill.payload)]
  const alert = (message: string) =>
    ({
      topic: 'system.alert',
      payload: {
        code: 'VENUE_REPORT_REFUSED',
        subject,
        message: `${fill.id}, ${what}, ${message}`,
      },
    }) as const
  switch (outcome.kind) {
    case 'booked': {
      const { strategy, instrument, uncounted } = outcome
      const update = { topic: 'pnl.update', payload: updateOf(ledger, strategy, instrument) } as const
      return uncounted === null ? [update] : [update, alert(`is in the account without its fee: ${uncounted}`)]
    }
    case 'not_countable':
      return [alert(`is not in the account: ${outcome.why}`)]
    case 'not_counted':
      return []
  }
}

const settledText = ({ how, contract }: PayloadOf<'venue.settled'>): string =>
  how === 'cash_in_lieu' ? `cash for a part of ${contract}` : `the end of ${contract}`

const notCounted: Outcome = { kind: 'not_counted' }

type Booked = Execution & Pick<PayloadOf<'order.fill'>, 'strategy' | 'instrument' | 'currency'>

function bookFill(ledger: Ledger, fill: Booked): Outcome {
  const { strategy, instrument } = fill
  const found = countable(ledger, ledger.terms.get(instrument), fill)
  if (!found.isCounted) return { kind: 'not_countable', why: found.why }
  if (!ledger.prices.has(instrument)) ledger.prices.set(instrument, fill.price)
  const { contract } = valuationOf(ledger, instrument)
  const before = positionOf(ledger, strategy, instrument)
  const execution = { ...fill, fee: moneyText(found.fee) }
  setPosition(ledger, strategy, instrument, positionAfter(before, execution, contract))
  if (ledger.config.fifo === true) bookFirstOut(ledger, before, bookKey(strategy, instrument), execution)
  return { kind: 'booked', strategy, instrument, uncounted: found.uncounted }
}

/** Where it is asked for in the midst of a run, what is held is one lot at its average cost. [P18] */
function bookFirstOut(
  ledger: Ledger,
  before: Position,
  key: string,
  execution: Execution & { instrument: string },
): void {
  const { contract } = valuationOf(ledger, execution.instrument)
  const { quantity, cost, realized } = before
  const opened = quantity.units === 0n ? { lots: [], realized } : { lots: [{ quantity, cost }], realized }
  ledger.fifo.set(key, firstOutAfter(ledger.fifo.get(key) ?? opened, execution, contract))
}

function updateOf(ledger: Ledger, strategy: string, instrument: string): PayloadOf<'pnl.update'> {
  const position = positionOf(ledger, strategy, instrument)
  const { contract, currency, mark, markText } = valuationOf(ledger, instrument)
  return {
    strategy,
    instrument,
    currency,
    position: quantityText(position),
    averagePrice: averagePriceOf(position, contract),
    mark: markText,
    realized: moneyText(position.realized),
    unrealized: moneyText(unrealizedOf(position, mark, contract)),
    fees: moneyText(position.fees),
    ...(position.paid === 0n ? {} : { paid: moneyText(position.paid) }),
    ...fifoOf(ledger, position, bookKey(strategy, instrument), worthOf(contract, mark, position.quantity)),
  }
}

function fifoOf(
  { config, fifo }: Ledger,
  position: Position,
  key: string,
  worth: Money,
): Pick<PayloadOf<'pnl.update'>, 'fifo'> {
  if (config.fifo !== true) return {}
  const own = fifo.get(key) ?? noFirstOut
  const unrealized = position.quantity.units === 0n ? noMoney : unrealizedFirstOut(own, worth)
  return { fifo: { realized: moneyText(own.realized), unrealized: moneyText(unrealized), lots: own.lots.length } }
}
