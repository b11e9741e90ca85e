import { z } from 'zod'
import { type ExactDecimal, parseExact } from '#lib/bars/exact-decimal.ts'
import { absExact, divideExact } from '#lib/domain/signed-decimal.ts'
import { plainText } from '../gateway/gateway-order.ts'
import type { Answer, HeldInstrument, VenueSettlement } from '../gateway/real-venue.ts'
import { answerOf } from './deribit-answer.ts'
import { type Transaction, transactionsOf } from './deribit-log.ts'
import { currencyOf, endOf, hasEnded, isOption } from './deribit-name.ts'
import { textOf } from './deribit-order.ts'
import type { DeribitRpc } from './deribit-rpc.ts'

/** Of everyone's: what a contract of which this account holds as much long as short was worth. */
const Last = z.object({
  settlements: z.array(
    z.object({ type: z.string(), timestamp: z.int(), mark_price: z.number(), index_price: z.number() }),
  ),
})

/** So long after its end a delivery is booked at the latest. */
const bookedWithinMs = 86_400_000
const worthDigits = 8

/** Of what is held, what has come to its end, by the deliveries of the account's transaction log. [G30] */
export async function settlementsOf(
  rpc: DeribitRpc,
  held: readonly HeldInstrument[],
  nameOf: (instrument: string) => string,
  nowMs: number,
): Promise<Answer<readonly VenueSettlement[]>> {
  const ended = held.filter(({ instrument }) => hasEnded(nameOf(instrument), nowMs))
  const found: VenueSettlement[] = []
  const groups = Map.groupBy(ended, ({ instrument }) => {
    const name = nameOf(instrument)
    return `${currencyOf(name)} ${endOf(name)}`
  })
  for (const [key, group] of groups) {
    const [currency = '', endMs = ''] = key.split(' ')
    const deliveries = await deliveriesOf(rpc, currency, Number(endMs))
    if (deliveries.kind !== 'done') return deliveries
    for (const { instrument, isNetted } of group) {
      const name = nameOf(instrument)
      const entry = deliveries.value.find((one) => one.instrument_name === name)
      if (entry !== undefined) found.push(settlementOf(instrument, name, entry))
      else if (isNetted) {
        const netted = await nettedEnd(rpc, instrument, name)
        if (netted.kind !== 'done') return netted
        found.push(...netted.value)
      }
    }
  }
  return { kind: 'done', value: found }
}

async function deliveriesOf(rpc: DeribitRpc, currency: string, endMs: number): Promise<Answer<Transaction[]>> {
  const span = { currency, start_timestamp: endMs, end_timestamp: endMs + bookedWithinMs }
  const log = await transactionsOf(rpc, { ...span, query: 'delivery' })
  return log.kind === 'done' ? { ...log, value: log.value.filter(({ type }) => type === 'delivery') } : log
}

const settlementOf = (instrument: string, name: string, entry: Transaction): VenueSettlement => ({
  instrument,
  settlementId: `deribit-${entry.id}`,
  price: isOption(name) ? worthOf(entry) : textOf(entry.price ?? 0),
  underlyingPrice: textOf(entry.index_price ?? entry.price ?? 0),
  isFuture: !isOption(name),
  fee: textOf(entry.commission ?? 0),
  currency: entry.currency,
  settledAt: entry.timestamp * 1_000,
})

/** An option's end moves money: so much for one of it. */
function worthOf({ amount, cashflow }: Transaction): string {
  const [paid, lots] = [exactOf(cashflow), exactOf(amount)]
  if (lots.units === 0n) return '0'
  return plainText(divideExact(paid, lots, worthDigits))
}

const exactOf = (amount: number | null | undefined): ExactDecimal => absExact(parseExact(textOf(amount ?? 0)))

async function nettedEnd(rpc: DeribitRpc, instrument: string, name: string): Promise<Answer<VenueSettlement[]>> {
  const params = { instrument_name: name, type: 'delivery', count: 1 }
  return answerOf(await rpc.call('public/get_last_settlements_by_instrument', params), Last, ({ settlements }) =>
    settlements
      .filter(({ type }) => type === 'delivery')
      .map(({ timestamp, mark_price, index_price }) => ({
        instrument,
        settlementId: `deribit-${name}-${timestamp}`,
        price: textOf(mark_price),
        underlyingPrice: textOf(index_price),
        isFuture: !isOption(name),
        fee: '0',
        currency: currencyOf(name),
        settledAt: timestamp * 1_000,
      })),
  )
}
