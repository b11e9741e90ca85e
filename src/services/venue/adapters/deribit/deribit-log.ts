import { z } from 'zod'
import { readPages } from '../gateway/read-pages.ts'
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
  const ask = async (continuation: number | string | null) => {
    const params = { ...span, count: pageMost, ...(continuation === null ? {} : { continuation }) }
    return answerOf(await rpc.call('private/get_transaction_log', params), Page, (page) => page)
  }
  const read = await readPages<z.infer<typeof Page>, number | string | null>(null, ask, ({ logs, continuation }) => {
    all.push(...logs)
    return continuation ?? undefined
  })
  return read.kind === 'done' ? { ...read, value: all } : read
}
