import { worthOf } from '#lib/domain/contract.ts'
import { absMoney, asMoney, type Money, moneyOf, moneyText } from '#lib/domain/money.ts'
import { unrealizedOf } from '#lib/domain/position.ts'
import type { PayloadOf } from '#schemas/catalogue.ts'
import { greeksOfBook } from './greeks.ts'
import { bookKey, type Ledger } from './ledger.ts'
import { inAccount, valuationOf } from './valuation.ts'

/** The account and every strategy in it, marked to market: equity = starting cash + realized - fees + paid + unrealized. [P7] */
export function accountSnapshot(ledger: Ledger): PayloadOf<'pnl.snapshot'> {
  const total = noTotals()
  const strategies: PayloadOf<'pnl.snapshot'>['strategies'] = []
  for (const strategy of ledger.books.keys()) {
    const own = totalsOf(ledger, strategy)
    total.realized += own.realized
    total.unrealized += own.unrealized
    total.fees += own.fees
    total.paid += own.paid
    total.exposure += own.exposure
    strategies.push({ strategy, ...texts(own) })
  }
  const cash = moneyOf(ledger.config.startingCash) + total.realized - total.fees + total.paid
  const equity = asMoney(cash + total.unrealized)
  return {
    currency: ledger.config.currency,
    equity: moneyText(equity),
    peakEquity: moneyText(equity > ledger.peakEquity ? equity : ledger.peakEquity),
    grossExposure: moneyText(asMoney(total.exposure)),
    ...texts(total),
    strategies,
    ...fifoTotals(ledger, total),
    ...greeksIn(ledger),
  }
}

const greeksIn = (ledger: Ledger): Pick<PayloadOf<'pnl.snapshot'>, 'greeks'> => {
  const greeks = greeksOfBook(ledger)
  return greeks === null ? {} : { greeks }
}

/** Realized so; the rest of what was made is open, since both ways always come to the same. [P18] */
function fifoTotals(ledger: Ledger, { realized, unrealized }: Totals): Pick<PayloadOf<'pnl.snapshot'>, 'fifo'> {
  if (ledger.config.fifo !== true) return {}
  let own = 0n
  for (const [strategy, books] of ledger.books)
    for (const [instrument, position] of books) {
      const { currency } = valuationOf(ledger, instrument)
      const first = ledger.fifo.get(bookKey(strategy, instrument))
      own += inAccount(ledger, first?.realized ?? position.realized, currency)
    }
  const open = realized + unrealized - own
  return { fifo: { realized: moneyText(own as Money), unrealized: moneyText(open as Money) } }
}

type Totals = { realized: bigint; unrealized: bigint; fees: bigint; paid: bigint; exposure: bigint }

const noTotals = (): Totals => ({ realized: 0n, unrealized: 0n, fees: 0n, paid: 0n, exposure: 0n })

/** In the account's currency, at its stated marks. */
function totalsOf(ledger: Ledger, strategy: string): Totals {
  const totals = noTotals()
  for (const [instrument, position] of ledger.books.get(strategy) ?? []) {
    const { contract, currency, mark } = valuationOf(ledger, instrument)
    const add = (field: keyof Totals, amount: Money) => {
      totals[field] += inAccount(ledger, amount, currency)
    }
    add('realized', position.realized)
    add('fees', position.fees)
    add('paid', position.paid)
    if (position.quantity.units === 0n) continue
    add('unrealized', unrealizedOf(position, mark, contract))
    add('exposure', absMoney(worthOf(contract, mark, position.quantity)))
  }
  return totals
}

const texts = ({ realized, unrealized, fees, paid }: Totals) => ({
  realized: moneyText(realized as Money),
  unrealized: moneyText(unrealized as Money),
  fees: moneyText(fees as Money),
  ...(paid === 0n ? {} : { paid: moneyText(paid as Money) }),
})
