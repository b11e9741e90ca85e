import { contractOf, paysOtherwise } from '#lib/domain/contract.ts'
import { dropNotAboveZero } from '#lib/domain/newest-price.ts'
import type { PayloadOf } from '#schemas/catalogue.ts'
import type { Event, Statement } from '#schemas/event.ts'
import type { Ledger } from './ledger.ts'

type Told = PayloadOf<'md.instrument'>

/** It pays as it was listed first; a mark that is not above zero is none of an inverse contract. [P11] [P15] */
export function foldListing({ terms, prices }: Ledger, told: Told): void {
  const { instrument, multiplier, kind, underlying = null } = told
  const { currency, isInverse } = terms.get(instrument) ?? termsOf(told)
  terms.set(instrument, { multiplier, currency, isInverse, optionOn: kind === 'option' ? underlying : null })
  if (isInverse) dropNotAboveZero(prices, instrument)
}

export function answerListing({ terms }: Ledger, { id, payload }: Event<'md.instrument'>): Statement<'system.alert'>[] {
  const { instrument } = payload
  const known = terms.get(instrument)
  if (known === undefined || !paysOtherwise(known, termsOf(payload))) return []
  const { currency, isInverse } = known
  const found = `it is counted as ${isInverse ? 'inverse' : 'linear'} in ${currency}, as it was listed first`
  const message = `${id} lists it otherwise, ${payload.currency}: ${found}`
  return [{ topic: 'system.alert', payload: { code: 'VENUE_REPORT_REFUSED', subject: instrument, message } }]
}

const termsOf = (told: Told) => ({ currency: told.currency, isInverse: contractOf(told).isInverse })
