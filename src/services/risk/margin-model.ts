import { z } from 'zod'

const Rate = z.number().min(0).max(10)
const Rates = z.strictObject({ initial: Rate, maintenance: Rate })

/**
 * What holding needs. `cash`: everything is paid in full, nothing is sold short but puts that cash secures and calls that the shares
 * cover. `margin`: a rate of the notional by kind of instrument (the default is Regulation T's 50 % and FINRA's 25 %); a long
 * option is paid in full; a short one needs `optionRate` of the underlying less what it is out of the money, at least
 * `optionFloor` of the underlying (call) or of the strike (put) (Cboe Margin Manual); one that is quoted in its coin, in coins, `optionRate` less what
 * it is out of the money over the underlying, at least `optionFloor` (Deribit, standard margin: 0.15 and 0.1). Its value is a debt in equity already. An
 * inverse future needs its rate of quantity * multiplier / price coins.
 */
export const MarginModel = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('cash') }),
  z.strictObject({
    kind: z.literal('margin'),
    rates: Rates.default({ initial: 0.5, maintenance: 0.25 }),
    byKind: z.partialRecord(z.enum(['spot', 'equity', 'forex', 'future', 'perpetual', 'index']), Rates).default({}),
    optionRate: Rate.default(0.2),
    optionFloor: Rate.default(0.1),
  }),
])
export type MarginModel = z.infer<typeof MarginModel>
