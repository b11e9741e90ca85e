import { z } from 'zod'
import type { Credentials } from '../gateway/credentials.ts'
import { waits } from '../gateway/gateway-order.ts'
import type { OrderName, RealVenue } from '../gateway/real-venue.ts'
import { namedSo, type RealVenueConfig, type VenueAddresses } from '../gateway/real-venue-config.ts'
import { answerOf } from './deribit-answer.ts'
import { fundingOf } from './deribit-funding.ts'
import { accountTrades, findOrder, tradesOf } from './deribit-history.ts'
import { currencyOf, goneAssets, hasEnded, isOption, nameIn } from './deribit-name.ts'
import {
  DeribitOrder,
  flagsOf,
  openTermsOf,
  Placed,
  paramsOf,
  textOf,
  tradeOf,
  triggerOf,
  unfitTerms,
  viewOf,
} from './deribit-order.ts'
import { DeribitRpc } from './deribit-rpc.ts'
import { settlementsOf } from './deribit-settlement.ts'

export type DeribitOptions = {
  readonly config: Pick<RealVenueConfig, 'symbols' | 'timeoutMs' | 'triggerBy'>
  readonly addresses: Pick<VenueAddresses, 'wsUrl'>
  readonly credentials: Credentials
  /** The machine's clock, milliseconds. */
  readonly nowMs: () => number
}

/** Clocks differ by less. */
const aheadMs = 60_000

const Instrument = z.object({ instrument_name: z.string(), settlement_currency: z.string() })
const Position = z.object({ instrument_name: z.string(), size: z.number(), direction: z.string() })

/** Deribit's futures and options: orders and reports over one JSON-RPC connection. [G25]-[G28] */
export function deribit({ config, addresses, credentials, nowMs }: DeribitOptions): RealVenue {
  const { triggerBy = 'mark' } = config
  const rpc = new DeribitRpc(credentials, config.timeoutMs)
  const known = (instrument: string) => config.symbols[instrument] ?? nameIn(instrument)
  const name = (instrument: string) => known(instrument) ?? ''
  const cancel = async (orderId: string) =>
    answerOf(await rpc.call('private/cancel', { order_id: orderId }), DeribitOrder, (order) => viewOf(order))
  const find = (order: OrderName) => findOrder(rpc, name(order.instrument), order)
  return {
    name: 'deribit',
    amend: async (order, wanted, _, timestampMs, windowMs) => {
      const found = order.venueOrderId === null || waits(wanted) ? await find(order) : null
      if (found !== null && found.kind !== 'done') return found
      const which = { order_id: found?.value.venueOrderId ?? order.venueOrderId, valid_until: timestampMs + windowMs }
      const trigger = found?.value.isTriggered ? {} : triggerOf(wanted)
      const limit = { amount: Number(wanted.quantity), price: Number(wanted.limitPrice) }
      const terms = { ...limit, ...trigger, ...flagsOf(wanted) }
      return answerOf(await rpc.call('private/edit', { ...which, ...terms }), Placed, (edited) =>
        viewOf(edited.order, edited.trades.map(tradeOf)),
      )
    },
    holds: 'positions',
    forgets: null,
    hasWindow: true,
    unfit: (order) =>
      known(order.instrument) === null
        ? {
            code: 'INSTRUMENT_UNKNOWN',
            reason:
              'it is not called like BTC-PERPETUAL.DERIBIT, and venue.symbols does not say what it is called there',
          }
        : unfitTerms(order, isOption(name(order.instrument))),
    time: async () => answerOf(await rpc.call('public/get_time', {}), z.int(), (ms) => ms),
    // Its own clock judges `valid_until`, and nothing else is stamped.
    setClock: () => undefined,
    assets: async (instrument) => {
      const params = { instrument_name: name(instrument) }
      const listed = answerOf(await rpc.call('public/get_instrument', params), Instrument, (one) => ({
        base: one.instrument_name,
        quote: one.settlement_currency,
      }))
      const isGone = listed.kind === 'refused' && hasEnded(params.instrument_name, nowMs())
      return isGone ? { kind: 'done', value: goneAssets(params.instrument_name) } : listed
    },
    place: async (order, label, timestampMs, windowMs) => {
      const validUntilMs = timestampMs + windowMs
      const params = paramsOf(order, { name: name(order.instrument), label, triggerBy, validUntilMs })
      return answerOf(await rpc.call(`private/${order.side}`, params), Placed, (placed) =>
        viewOf(placed.order, placed.trades.map(tradeOf)),
      )
    },
    // Once it has triggered it is to be canceled under another id. [G36]
    cancel: async (order) => {
      const known = order.venueOrderId === null ? null : await cancel(order.venueOrderId)
      if (known?.kind === 'done' || known?.kind === 'nothing') return known
      const found = await find(order)
      const isOther =
        found.kind === 'done' && found.value.state === 'working' && found.value.venueOrderId !== order.venueOrderId
      return isOther ? cancel(found.value.venueOrderId) : found
    },
    find,
    trades: async (order, orderId) => {
      const own = await tradesOf(rpc, orderId)
      if (own.kind !== 'done' || own.value.length > 0) return own
      const found = await find(order)
      if (found.kind === 'nothing') return found
      return found.kind === 'done' && found.value.venueOrderId !== orderId
        ? tradesOf(rpc, found.value.venueOrderId)
        : own
    },
    history: {
      partOf: (instrument) => currencyOf(name(instrument)) || null,
      trades: (sinceMs, currency) => accountTrades(rpc, currency, sinceMs, nowMs() + aheadMs),
      // Trades have the label of their order.
      clientIdOf: async () => ({ kind: 'absent' }),
    },
    openOrders: async () =>
      answerOf(await rpc.call('private/get_open_orders', {}), z.array(DeribitOrder), (orders) =>
        orders.map((order) => ({ ...viewOf(order), symbol: order.instrument_name, terms: openTermsOf(order) })),
      ),
    instrumentOf: (symbol) => namedSo(config.symbols, symbol) ?? `${symbol}.DERIBIT`,
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
    settlements: (held, untilMs) => settlementsOf(rpc, held, (one) => name(one), untilMs),
    payments: (sinceMs, names) => fundingOf(rpc, sinceMs, names, nowMs()),
    stream: (hooks) => rpc.open(addresses.wsUrl, nowMs, hooks),
  }
}
