import type { PayloadOf } from '#schemas/catalogue.ts'
import type { MarketSource } from './market-fact.ts'

/** A listing as far as its files tell; what they do not tell is worked out from the prices, or set by flags. */
export type Listed = Omit<
  PayloadOf<'md.instrument'>,
  'tickSize' | 'lotSize' | 'multiplier' | 'currency' | 'isSimulated'
> & {
  readonly tickSize?: string
  readonly lotSize?: string
  readonly multiplier?: string
  readonly currency?: string
}

/** A file as the manifest names it: `as` does not depend on where the user stands. */
export type ImportFile = { readonly path: string; readonly as: string }

/** What an import will read. Making it opens no more than the directories of archives. */
export type ImportPlan = {
  readonly files: readonly ImportFile[]
  readonly sources: readonly MarketSource[]
  /** In the order in which they are told. An instrument that only shows in the lines is listed when it is found there. */
  readonly listed: readonly Listed[]
  /** What is left out before reading, in a line each for the user. */
  readonly notes: readonly string[]
}
