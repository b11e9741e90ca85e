import { type Column, formatTable } from '#lib/terminal/table.ts'
import type { PayloadOf } from '#schemas/catalogue.ts'

type Chain = PayloadOf<'md.option.chain.snapshot'>
type Contract = Chain['contracts'][number]

/** Its expiries, each with how many contracts it has and how many of them are quoted on both sides. */
export function expiriesOf({ contracts }: Chain): { expiry: string; contracts: number; twoSided: number }[] {
  const expiries = new Map<string, { expiry: string; contracts: number; twoSided: number }>()
  for (const { expiry, bid, ask } of contracts) {
    const one = expiries.get(expiry) ?? { expiry, contracts: 0, twoSided: 0 }
    one.contracts++
    if (bid !== null && ask !== null) one.twoSided++
    expiries.set(expiry, one)
  }
  return [...expiries.values()].sort((a, b) => (a.expiry < b.expiry ? -1 : 1))
}

/** The strikes of an expiry, calls to the left and puts to the right; an absent side is a dash, one of which nothing is known a question mark. */
export function chainTable({ contracts }: Chain, expiry: string): string {
  const rows = new Map<string, { strike: string; root: string; call?: Contract; put?: Contract }>()
  for (const contract of contracts) {
    if (contract.expiry !== expiry) continue
    // Of one strike there may be a monthly and a weekly contract.
    const root = contract.instrument.split('-')[0] ?? ''
    const key = `${contract.strike} ${root}`
    const row = rows.get(key) ?? { strike: contract.strike, root }
    row[contract.right] = contract
    rows.set(key, row)
  }
  const sorted = [...rows.values()].sort((a, b) => Number(a.strike) - Number(b.strike) || (a.root < b.root ? -1 : 1))
  return formatTable(
    columns,
    sorted.map(({ strike, root, call, put }) => [...sides(call), `${strike} ${root}`, ...sides(put)]),
  )
}

const right = 'right' as const
const quote: readonly Column[] = [
  { head: 'size', align: right },
  { head: 'bid', align: right },
  { head: 'ask', align: right },
  { head: 'size', align: right },
]
const columns: readonly Column[] = [
  ...quote.map((column, i) => (i === 1 ? { ...column, head: 'call bid' } : column)),
  { head: 'strike', align: right },
  ...quote.map((column, i) => (i === 1 ? { ...column, head: 'put bid' } : column)),
]

const sides = (contract: Contract | undefined): string[] =>
  contract === undefined
    ? ['', '', '', '']
    : [contract.bidSize, contract.bid, contract.ask, contract.askSize].map(
        (text) => text ?? (contract.isUnheard === true ? '?' : '-'),
      )
