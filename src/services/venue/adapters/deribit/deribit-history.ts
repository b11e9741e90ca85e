import { z } from 'zod'
import { readPages } from '../gateway/read-pages.ts'
import type { AccountTrade, Answer, OrderName, VenueOrder, VenueTrade } from '../gateway/real-venue.ts'
import { answerOf } from './deribit-answer.ts'
import { currencyOf } from './deribit-name.ts'
import { accountTradeOf, DeribitOrder, Trades, tradeOf, viewOf } from './deribit-order.ts'
import type { DeribitRpc } from './deribit-rpc.ts'

const historyMost = 1_000

type Found = Answer<z.infer<typeof DeribitOrder>>

/**
 * An order, wherever Deribit has it: a refusal or a silence of any of its places proves nothing. A trigger order that has seen its price became another one, of the same
 * label: that is the order from then on. [G27] [G36]
 */
export async function findOrder(rpc: DeribitRpc, name: string, order: OrderName): Promise<Answer<VenueOrder>> {
  const recent = await recently(rpc, name, order)
  if (recent.kind === 'done' && recent.value.order_state !== 'triggered') return viewed(recent)
  if (recent.kind !== 'done' && recent.kind !== 'absent') return recent
  const old = await longAgo(rpc, name, order)
  if (old.kind !== 'absent') return viewed(old)
  const trigger = await triggerRecord(rpc, name, order)
  return trigger.kind === 'absent' ? viewed(recent) : trigger
}

const viewed = (found: Found): Answer<VenueOrder> =>
  found.kind === 'done' ? { kind: 'done', value: viewOf(found.value) } : found

/** Is it that order, or what it became? */
const isOf =
  ({ venueOrderId: id, venueClientId }: OrderName) =>
  ({ order_id, trigger_order_id, label }: Names): boolean =>
    id === null ? label === venueClientId : order_id === id || trigger_order_id === id

type Names = { readonly order_id?: string | null; readonly trigger_order_id?: string | null; readonly label: string }

/** Among what is open or ended in the last half hour. [G27] */
async function recently(rpc: DeribitRpc, name: string, order: OrderName): Promise<Found> {
  const { venueOrderId, venueClientId: label } = order
  if (label === '')
    return answerOf(await rpc.call('private/get_order_state', { order_id: venueOrderId }), DeribitOrder, (one) => one)
  const answer = await rpc.call('private/get_order_state_by_label', { currency: currencyOf(name), label })
  return onlyOne(
    answerOf(answer, z.array(DeribitOrder), (orders) => {
      const ours = orders.filter(isOf(order))
      return ours.find((one) => one.order_state !== 'triggered') ?? ours[0]
    }),
  )
}

/**
 * Among all that ever ended, page by page: that it is not there is known when there is no further page. What ends meanwhile moves the pages on, so that
 * an order is seen twice, and none is left out. [G27]
 */
async function longAgo(rpc: DeribitRpc, name: string, order: OrderName): Promise<Found> {
  const which = { instrument_name: name, count: historyMost, include_old: true, include_unfilled: true }
  let found: z.infer<typeof DeribitOrder> | undefined
  const ask = async (offset: number) => {
    const page = { ...which, historical: true, offset }
    const answer = await rpc.call('private/get_order_history_by_instrument', page)
    return answerOf(answer, z.array(DeribitOrder), (orders) => orders)
  }
  const read = await readPages<z.infer<typeof DeribitOrder>[], number>(0, ask, (orders, offset) => {
    found = orders.find((one) => isOf(order)(one) && one.order_state !== 'triggered')
    return found !== undefined || orders.length < historyMost ? undefined : offset + historyMost
  })
  return onlyOne(read.kind === 'done' ? { ...read, value: found } : read)
}

function onlyOne(answer: Answer<z.infer<typeof DeribitOrder> | undefined>): Found {
  if (answer.kind !== 'done') return answer
  return answer.value === undefined ? { kind: 'absent' } : { kind: 'done', value: answer.value }
}

const TriggerRecord = z.object({
  trigger_order_id: z.string(),
  order_id: z.string().nullish(),
  order_state: z.string(),
  label: z.string().default(''),
})
const TriggerPage = z.object({ entries: z.array(TriggerRecord), continuation: z.string().nullish() })

/** What the record of trigger orders has of one that is nowhere else: that it was canceled, or refused when it had seen its price. [G36] */
async function triggerRecord(rpc: DeribitRpc, name: string, order: OrderName): Promise<Answer<VenueOrder>> {
  const which = { currency: currencyOf(name), instrument_name: name, count: historyMost }
  const all: z.infer<typeof TriggerRecord>[] = []
  const ask = async (continuation: string | null) => {
    const page = { ...which, ...(continuation === null ? {} : { continuation }) }
    return answerOf(await rpc.call('private/get_trigger_order_history', page), TriggerPage, (value) => value)
  }
  const read = await readPages<z.infer<typeof TriggerPage>, string | null>(null, ask, ({ entries, continuation }) => {
    all.push(...entries.filter(isOf(order)))
    return continuation ?? undefined
  })
  if (read.kind !== 'done') return read
  const isOver = ({ order_state: state }: (typeof all)[number]) => state === 'cancelled' || state.startsWith('rejected')
  const found = all.find(isOver) ?? all.at(-1)
  if (found === undefined) return { kind: 'absent' }
  const { trigger_order_id: venueOrderId, label: venueClientId, order_state: state } = found
  const view = { venueClientId, venueOrderId, executed: '0', trades: [], isTriggered: state === 'triggered' }
  return { kind: 'done', value: { ...view, state: isOver(found) ? 'canceled' : 'working' } }
}

/** Trades of the last day and those before it are asked for apart. [G27] */
export async function tradesOf(rpc: DeribitRpc, orderId: string): Promise<Answer<readonly VenueTrade[]>> {
  const all = new Map<string, VenueTrade>()
  for (const historical of [false, true]) {
    const params = { order_id: orderId, sorting: 'asc', historical }
    const answer = answerOf(await rpc.call('private/get_user_trades_by_order', params), Trades, ({ trades }) => trades)
    if (answer.kind !== 'done' && answer.kind !== 'absent') return answer
    for (const trade of answer.kind === 'done' ? answer.value : []) all.set(trade.trade_id, tradeOf(trade))
  }
  return { kind: 'done', value: [...all.values()] }
}

/** Of the whole account in a currency, from an instant on. [G27] [G34] */
export async function accountTrades(
  rpc: DeribitRpc,
  currency: string,
  sinceMs: number,
  untilMs: number,
): Promise<Answer<readonly AccountTrade[]>> {
  const all = new Map<string, AccountTrade>()
  for (const historical of [false, true]) {
    const ask = async (startMs: number) => {
      const span = { currency, start_timestamp: startMs, end_timestamp: untilMs }
      const params = { ...span, count: historyMost, sorting: 'asc', historical }
      return answerOf(await rpc.call('private/get_user_trades_by_currency_and_time', params), Trades, (page) => page)
    }
    const read = await readPages(sinceMs, ask, ({ trades, has_more: hasMore }, startMs) => {
      for (const trade of trades)
        all.set(`${trade.instrument_name} ${trade.trade_id} ${trade.direction}`, accountTradeOf(trade))
      const newestMs = trades.at(-1)?.timestamp ?? startMs
      // Pages overlap by the millisecond that the next one begins with.
      return hasMore ? (newestMs === startMs ? startMs + 1 : newestMs) : undefined
    })
    if (read.kind !== 'done') return read
  }
  return { kind: 'done', value: [...all.values()] }
}
