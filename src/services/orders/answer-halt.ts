import type { PayloadOf } from '#schemas/catalogue.ts'
import type { Event, Statement } from '#schemas/event.ts'
import { cancelsOf, meantBy } from './cancels.ts'
import { reportMassCancels } from './mass-cancel.ts'
import type { Halt, OrderBook } from './order-book.ts'
import { restoreProtection, tellLost } from './protection.ts'

type Said = Statement<'system.alert' | 'order.cancel_requested' | 'order.submitted' | 'order.mass_cancel_reported'>

export const haltKind = ({ state = 'REDUCING', isFlattening = false }: PayloadOf<'risk.halted'>): Halt['kind'] => {
  if (state === 'REDUCING') return 'reducing'
  return isFlattening ? 'flattening' : 'halted'
}

/** What a halt does not let live is canceled; a position that loses its exits so is told. [O7] [O20] */
export function answerHalt(book: OrderBook, { payload, at }: Event<'risk.halted'>): readonly Said[] {
  const halt = { kind: haltKind(payload) }
  const cancels = cancelsOf(book, `halted: ${payload.reason}`, meantBy(book, halt))
  const confirmed = reportMassCancels(book)
  return halt.kind === 'reducing'
    ? [...cancels, ...restoreProtection(book, at), ...confirmed]
    : [...tellLost(book), ...cancels, ...confirmed]
}
