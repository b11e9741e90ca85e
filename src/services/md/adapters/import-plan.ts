import type { PayloadOf } from '#schemas/catalogue.ts'
import type { MarketSource } from './market-source.ts'

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
  /** By instrument, in the order in which they are told. Those that only show in the lines are added while these are read. */
  readonly listed: ReadonlyMap<string, Listed>
  /** What is left out before reading, in a line each for the user. */
  readonly notes: readonly string[]
  /** From now on prices that go with too few others of their instrument cannot be read: those of these instruments have too many digits together. */
  readonly refuseOddPrices?: (instruments: readonly string[]) => void
  /** Ends what the sources are read from. */
  readonly close?: () => void
}
