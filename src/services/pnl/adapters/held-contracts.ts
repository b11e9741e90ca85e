import { parseExact } from '#lib/bars/exact-decimal.ts'
import type { Contract } from '#lib/domain/contract.ts'
import { ledgerFromJson } from '../ledger.ts'

/** How instruments pay that the ledger of a snapshot had been told of. */
export const heldContracts = (state: unknown): ReadonlyMap<string, Contract> =>
  new Map(
    [...ledgerFromJson(state).terms].map(([instrument, { multiplier, isInverse }]) => [
      instrument,
      { multiplier: parseExact(multiplier), isInverse },
    ]),
  )
