import { z } from 'zod'
import { Currency, InstrumentId, Money, Name, Price, SignedQuantity } from './primitives.ts'

/** What positions brought (above zero) or cost without a trade, like funding; absent where it is nothing. */
const Paid = Money.optional()

/** A strategy's position in one instrument after what moved it or its money. Realized is gross of fees; average cost; average price null when flat. */
export const PnlUpdate = z.object({
  strategy: Name,
  instrument: InstrumentId,
  currency: Currency,
  position: SignedQuantity,
  averagePrice: Price.nullable(),
  mark: Price,
  realized: Money,
  unrealized: Money,
  fees: Money,
  paid: Paid,
  /** The same first in, first out, where the account asks for it. */
  fifo: z.object({ realized: Money, unrealized: Money, lots: z.int().min(0) }).optional(),
})

const Totals = { realized: Money, unrealized: Money, fees: Money, paid: Paid }

/** The account marked to market: equity = starting cash + realized - fees + paid + unrealized, to the last digit. */
export const PnlSnapshot = z.object({
  currency: Currency,
  equity: Money,
  peakEquity: Money,
  grossExposure: Money,
  ...Totals,
  strategies: z.array(z.object({ strategy: Name, ...Totals })),
  /** The same first in, first out, where the account asks for it. */
  fifo: z.object({ realized: Money, unrealized: Money }).optional(),
  /** By underlying, where options are held: all that is held of it and on it, in its units; `missing` options have not been told any. */
  greeks: z
    .array(
      z.object({
        underlying: InstrumentId,
        delta: z.number(),
        gamma: z.number(),
        vega: z.number(),
        theta: z.number(),
        missing: z.int().min(0),
      }),
    )
    .optional(),
})
