import {
  addExact,
  compareExact,
  type ExactDecimal,
  formatExact,
  multiplyExact,
  parseExact,
} from '#lib/bars/exact-decimal.ts'
import { negateExact, subtractExact, zero } from '#lib/domain/signed-decimal.ts'
import type { plainClient, Sent } from './plain-client.ts'

export type Client = ReturnType<typeof plainClient>
type Row = Record<string, string>

/** What does not add up at a served venue, from outside: balances by trades, locks by open orders, orders by their trades. Nothing may move meanwhile. */
export async function auditAccount(
  client: Client,
  symbol: { base: string; quote: string },
  first: Sent,
): Promise<string[]> {
  const { base, quote } = symbol
  const named = { symbol: `${base}${quote}` }
  const [account, orders, trades, open] = [
    (await client.call('GET', 'account')).body as unknown as { balances: Row[] },
    await pagesOf(client, 'allOrders', named, 'orderId', 'orderId'),
    await pagesOf(client, 'myTrades', named, 'fromId', 'id'),
    (await client.call('GET', 'openOrders', named)).body as unknown as Row[],
  ]
  const wrong: string[] = []
  const same = (what: string, expected: ExactDecimal, found: string) => {
    if (compareExact(expected, parseExact(found)) !== 0) wrong.push(`${what}: ${formatExact(expected)}, not ${found}`)
  }
  const [held, locked] = [new Sums(first), new Sums({})]
  for (const { qty = '', price = '', isBuyer, commission = '', commissionAsset = '' } of trades) {
    const [quantity, paid] = [parseExact(qty), multiplyExact(parseExact(qty), parseExact(price))]
    held.add(base, isBuyer ? quantity : negateExact(quantity))
    held.add(quote, isBuyer ? negateExact(paid) : paid)
    held.add(commissionAsset, negateExact(parseExact(commission)))
  }
  for (const { side, price = '', stopPrice = '', origQty = '', executedQty = '' } of open) {
    const leaves = subtractExact(parseExact(origQty), parseExact(executedQty))
    const at = Number(price) > 0 ? price : stopPrice
    if (side === 'SELL') locked.add(base, leaves)
    else locked.add(quote, multiplyExact(leaves, parseExact(at)))
  }
  for (const { asset = '', free = '', locked: has = '' } of account.balances) {
    if (free.startsWith('-') || has.startsWith('-')) wrong.push(`${asset} is below zero: ${free} ${has}`)
    same(`locked ${asset}`, locked.of(asset), has)
    same(`${asset} in all`, held.of(asset), formatExact(addExact(parseExact(free), parseExact(has))))
  }
  for (const { orderId = '', executedQty = '', cummulativeQuoteQty = '', status = '', origQty = '' } of orders) {
    const own = trades.filter((trade) => trade.orderId === orderId)
    const sum = (part: (trade: Row) => ExactDecimal) => own.map(part).reduce(addExact, zero)
    same(
      `order ${orderId} executed`,
      sum(({ qty = '' }) => parseExact(qty)),
      executedQty,
    )
    const paidBy = ({ qty = '', price = '' }: Row) => multiplyExact(parseExact(qty), parseExact(price))
    same(`order ${orderId} paid`, sum(paidBy), cummulativeQuoteQty)
    const isOpen = status === 'NEW' || status === 'PARTIALLY_FILLED'
    if (isOpen !== open.some((one) => one.orderId === orderId)) wrong.push(`order ${orderId} is ${status}`)
    if ((status === 'FILLED') !== (origQty === executedQty))
      wrong.push(`order ${orderId} is ${status} with ${executedQty}`)
  }
  return wrong
}

/** All of a list that comes in pages from an id on. */
async function pagesOf(client: Client, path: string, named: Sent, from: string, id: string): Promise<Row[]> {
  const all: Row[] = []
  for (let next = 0; ; next = Number(all.at(-1)?.[id]) + 1) {
    const page = (await client.call('GET', path, { ...named, [from]: String(next), limit: '1000' })).body
    all.push(...(page as unknown as Row[]))
    if (page.length < 1_000) return all
  }
}

class Sums {
  readonly #sums: Map<string, ExactDecimal>
  constructor(first: Sent) {
    this.#sums = new Map(Object.entries(first).map(([asset, amount]) => [asset, parseExact(amount)]))
  }
  of(asset: string): ExactDecimal {
    return this.#sums.get(asset) ?? zero
  }
  add(asset: string, amount: ExactDecimal): void {
    this.#sums.set(asset, addExact(this.of(asset), amount))
  }
}
