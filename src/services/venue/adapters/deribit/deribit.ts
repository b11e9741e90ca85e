import { z } from 'zod'
import type { Credentials } from '../gateway/credentials.ts'
import type { Answer, OrderName, RealVenue, VenueOrder, VenueTrade } from '../gateway/real-venue.ts'
import type { RealVenueConfig, VenueAddresses } from '../gateway/real-venue-config.ts'
import { answerOf } from './deribit-answer.ts'
import {
  DeribitOrder,
  flagsOf,
  Placed,
  paramsOf,
  Trades,
  textOf,
  tradeOf,
  unfitTerms,
  viewOf,
} from './deribit-order.ts'
import { DeribitRpc } from './deribit-rpc.ts'

export type DeribitOptions = {
  readonly config: Pick<RealVenueConfig, 'symbols' | 'timeoutMs'>
  readonly addresses: Pick<VenueAddresses, 'wsUrl'>
  readonly credentials: Credentials
}

const Instrument = z.object({ instrument_name: z.string(), settlement_currency: z.string() })
const Position = z.object({ instrument_name: z.string(), size: z.number(), direction: z.string() })
const historyMost = 1_000

/** Deribit's futures and options: orders and reports over one JSON-RPC connection. [G25]-[G28] */
export function deribit({ config, addresses, credentials }: DeribitOptions): RealVenue {
  const rpc = new DeribitRpc(credentials, config.timeoutMs)
  const known = (instrument: string) => config.symbols[instrument] ?? nameIn(instrument)
  const name = (instrument: string) => known(instrument) ?? ''
  const cancel = async (orderId: string) =>
    answerOf(await rpc.call('private/cancel', { order_id: orderId }), DeribitOrder, (order) => viewOf(order))
  const find = async (order: OrderName): Promise<Answer<VenueOrder>> => {
    const recent = await recently(rpc, name(order.instrument), order)
    return recent.kind === 'absent' ? longAgo(rpc, name(order.instrument), order) : recent
  }
  return {
    name: 'deribit',
    amend: async (order, submitted, limitPrice) => {
      const found = order.venueOrderId === null ? await find(order) : null
      if (found !== null && found.kind !== 'done') return found
      const which = { order_id: order.venueOrderId ?? found?.value.venueOrderId }
      const terms = { amount: Number(submitted.quantity), price: Number(limitPrice), ...flagsOf(submitted) }
      return answerOf(await rpc.call('private/edit', { ...which, ...terms }), Placed, (edited) =>
        viewOf(edited.order, edited.trades.map(tradeOf)),
      )
    },
    holds: 'positions',
    unfit: (order) =>
      known(order.instrument) === null
        ? {
            code: 'INSTRUMENT_UNKNOWN',
            reason:
              'it is not called like BTC-PERPETUAL.DERIBIT, and venue.symbols does not say what it is called there',
          }
        : unfitTerms(order),
    time: async () => answerOf(await rpc.call('public/get_time', {}), z.int(), (ms) => ms),
    // Its own clock judges `valid_until`, and nothing else is stamped.
    setClock: () => undefined,
    assets: async (instrument) => {
      const params = { instrument_name: name(instrument) }
      return answerOf(await rpc.call('public/get_instrument', params), Instrument, (one) => ({
        base: one.instrument_name,
        quote: one.settlement_currency,
      }))
    },
    place: async (order, label, timestampMs, windowMs) => {
      const params = paramsOf(order, name(order.instrument), label, timestampMs + windowMs)
      return answerOf(await rpc.call(`private/${order.side}`, params), Placed, (placed) =>
        viewOf(placed.order, placed.trades.map(tradeOf)),
      )
    },
    cancel: async (order) => {
      if (order.venueOrderId !== null) return cancel(order.venueOrderId)
      const found = await find(order)
      return found.kind === 'done' && found.value.state === 'working' ? cancel(found.value.venueOrderId) : found
    },
    find,
    trades: (_, orderId) => tradesOf(rpc, orderId),
    openOrders: async () =>
      answerOf(await rpc.call('private/get_open_orders', {}), z.array(DeribitOrder), (orders) =>
        orders.map((order) => ({ ...viewOf(order), symbol: order.instrument_name })),
      ),
    cancelExternal: async ({ venueOrderId }) => cancel(venueOrderId),
    balances: async () =>
      answerOf(await rpc.call('private/get_positions', { currency: 'any' }), z.array(Position), (positions) =>
        positions
          .filter(({ size }) => size !== 0)
          .map((one) => ({
            asset: one.instrument_name,
            total: textOf(one.direction === 'sell' ? -Math.abs(one.size) : Math.abs(one.size)),
          })),
      ),
    stream: (hooks) => rpc.open(addresses.wsUrl, hooks),
  }
}

/** `BTC-27MAR26-100000-C.DERIBIT` is called so without its venue. What has no dash is spot, which is not traded here. */
const nameIn = (instrument: string): string | null =>
  /^([A-Z0-9_]+-[A-Z0-9_-]+)\.DERIBIT$/.exec(instrument)?.[1] ?? null

/** What its orders are counted under: `BTC` of BTC-PERPETUAL, `USDC` of ETH_USDC-PERPETUAL. */
const currencyOf = (name: string): string => /^(?:[A-Z0-9]+_)?([A-Z0-9]+)-/.exec(name)?.[1] ?? ''

/** Among what is open or ended in the last half hour. [G27] */
async function recently(rpc: DeribitRpc, name: string, order: OrderName): Promise<Answer<VenueOrder>> {
  const { venueOrderId, venueClientId: label } = order
  if (venueOrderId !== null)
    return answerOf(await rpc.call('private/get_order_state', { order_id: venueOrderId }), DeribitOrder, (one) =>
      viewOf(one),
    )
  const params = { currency: currencyOf(name), label }
  const answer = await rpc.call('private/get_order_state_by_label', params)
  return onlyOne(answerOf(answer, z.array(DeribitOrder), (orders) => orders.find((one) => one.label === label)))
}

/** Among all that ever ended. [G27] */
async function longAgo(rpc: DeribitRpc, name: string, order: OrderName): Promise<Answer<VenueOrder>> {
  const which = { instrument_name: name, count: historyMost, include_old: true, include_unfilled: true }
  const answer = await rpc.call('private/get_order_history_by_instrument', { ...which, historical: true })
  return onlyOne(
    answerOf(answer, z.array(DeribitOrder), (orders) =>
      orders.find((one) => one.order_id === order.venueOrderId || one.label === order.venueClientId),
    ),
  )
}

function onlyOne(answer: Answer<z.infer<typeof DeribitOrder> | undefined>): Answer<VenueOrder> {
  if (answer.kind !== 'done') return answer
  return answer.value === undefined ? { kind: 'absent' } : { kind: 'done', value: viewOf(answer.value) }
}

/** Trades of the last day and those before it are asked for apart. [G27] */
async function tradesOf(rpc: DeribitRpc, orderId: string): Promise<Answer<readonly VenueTrade[]>> {
  const all = new Map<string, VenueTrade>()
  for (const historical of [false, true]) {
    const params = { order_id: orderId, sorting: 'asc', historical }
    const answer = answerOf(await rpc.call('private/get_user_trades_by_order', params), Trades, ({ trades }) => trades)
    if (answer.kind !== 'done' && answer.kind !== 'absent') return answer
    for (const trade of answer.kind === 'done' ? answer.value : []) all.set(trade.trade_id, tradeOf(trade))
  }
  return { kind: 'done', value: [...all.values()] }
}
