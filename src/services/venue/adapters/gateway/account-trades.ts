import type { GatewayOrder } from './gateway-order.ts'
import type { OrderDesk } from './order-desk.ts'
import { tellOther } from './other-trades.ts'
import type { AccountTrade, Answer } from './real-venue.ts'
import { nothing } from './understood.ts'

type Trade = AccountTrade & { readonly instrument: string }

/**
 * Says what the record of the account's trades has and the log has not, in what is to be asked for now; comes back with an answer that was none.
 * `matters`: what is traded. [G33] [G40]
 */
export async function tellTrades(desk: OrderDesk, matters: Iterable<string>): Promise<Answer<unknown> | null> {
  const { record, trades, account } = desk
  for (const part of record.next(matters, account.differing, desk.time.now())) {
    const instruments = [...record.instrumentsOf(part)]
    const { lacking, isEnd } = await record.asking(part, () => tellPart(desk, part, instruments))
    if (lacking !== null) return lacking
    if (isEnd) trades.advance(record.at)
  }
  return null
}

async function tellPart(
  desk: OrderDesk,
  part: string,
  instruments: readonly string[],
): Promise<Answer<unknown> | null> {
  const { venue, trades, record } = desk
  const read = trades.reading(instruments)
  const answer = await venue.history.trades(Math.floor(trades.since(instruments) / 1_000), part)
  if (answer.kind !== 'done') return answer
  const all = answer.value.flatMap((trade) => {
    const instrument = venue.instrumentOf(trade.symbol)
    return instrument !== null && record.listed.has(instrument) ? [{ ...trade, instrument }] : []
  })
  const lacking = await tellEach(
    desk,
    all.sort((a, b) => a.filledAt - b.filledAt),
  )
  if (lacking !== null) return lacking
  trades.cover(instruments)
  read()
  return null
}

async function tellEach(desk: OrderDesk, all: readonly Trade[]): Promise<Answer<unknown> | null> {
  const named = new Map<string, Answer<string>>()
  for (const trade of all) {
    const { instrument, symbol, venueOrderId, venueClientId } = trade
    if (desk.trades.has(instrument, trade) || tellOwn(desk, trade)) continue
    if (!desk.trades.isNews(instrument, trade)) continue
    const key = `${symbol} ${venueOrderId}`
    const name =
      venueClientId !== null
        ? ({ kind: 'done', value: venueClientId } as const)
        : (named.get(key) ?? (await desk.venue.history.clientIdOf(trade)))
    named.set(key, name)
    const lacking = await tellStranger(desk, trade, name)
    if (lacking !== null) return lacking
  }
  return null
}

/** Of an order of the log, by the venue's id. */
function tellOwn(desk: OrderDesk, trade: Trade): boolean {
  const order = desk.orders.byVenueOrder(trade.instrument, trade.venueOrderId)
  if (order !== undefined) applyTrade(desk, order, trade)
  return order !== undefined
}

function applyTrade(desk: OrderDesk, order: GatewayOrder, trade: Trade): void {
  const { venueClientId } = order
  const { venueOrderId } = trade
  const view = { venueClientId, venueOrderId, state: 'working', executed: '0', isTriggered: false } as const
  desk.apply(order, { ...view, trades: [trade] }, true)
}

async function tellStranger(desk: OrderDesk, trade: Trade, name: Answer<string>): Promise<Answer<unknown> | null> {
  const { orders, assets } = desk
  const { instrument, venueOrderId } = trade
  if (name.kind === 'nothing') return name
  // Of what the venue does not know any more nobody can say that it was not one of ours that is under way.
  if (name.kind !== 'done' && orders.isAnyUnderWay()) return nothing('whose a trade is')
  const venueClientId = name.kind === 'done' ? name.value : ''
  const own = orders.ofView({ venueClientId, venueOrderId })
  if (own !== undefined) applyTrade(desk, own, trade)
  else if (!orders.isOwn(venueClientId)) {
    const made = assets.has(instrument) ? null : await desk.venue.assets(instrument)
    if (made?.kind === 'nothing') return made
    if (made?.kind === 'done') desk.learn(instrument, made.value)
    tellOther(desk, instrument, trade, true)
  }
  return null
}
