import { z } from 'zod'
import type { Answer } from '../gateway/real-venue.ts'
import { answerOf } from './deribit-answer.ts'
import type { DeribitRpc } from './deribit-rpc.ts'

const Amount = z.number().nullish()
const Transaction = z.object({
  id: z.int(),
  type: z.string(),
  instrument_name: z.string().nullish(),
  currency: z.string(),
  timestamp: z.int(),
  amount: Amount,
  price: Amount,
  cashflow: Amount,
  commission: Amount,
  index_price: Amount,
  /** Of a trade or a settlement of a perpetual: its funding since the one before. */
  interest_pl: Amount,
})
export type Transaction = z.infer<typeof Transaction>

const Page = z.object({ logs: z.array(Transaction), continuation: z.union([z.int(), z.string()]).nullish() })
const pageMost = 250

type Span = { readonly currency: string; readonly start_timestamp: number; readonly end_timestamp: number }

/** The account's transaction log of a currency, to its last page. */
export async function transactionsOf(
  rpc: DeribitRpc,
  span: Span & { readonly query?: string },
): Promise<Answer<Transaction[]>> {
  const all: Transaction[] = []
  for (let continuation: number | string | null = null; ; ) {
    const params: object = { ...span, count: pageMost, ...(continuation && { continuation }) }
    const answer: Answer<z.infer<typeof Page>> = answerOf(
      await rpc.call('private/get_transaction_log', params),
      Page,
      (page) => page,
    )
    if (answer.kind !== 'done') return answer
    all.push(...answer.value.logs)
    continuation = answer.value.continuation ?? null
    if (continuation === null) return { kind: 'done', value: all }
  }
}
