import type { PayloadOf } from '#schemas/catalogue.ts'

/** What became of the orders that a halt canceled, in a line. */
export function massCancelText(report: PayloadOf<'order.mass_cancel_reported'> | null): string {
  if (report === null) return 'whether the orders at work are canceled is not known: orders did not say'
  const { openCount, open } = report
  const ends = (['canceled', 'filled', 'expired', 'rejected'] as const)
    .filter((how) => report[how] > 0)
    .map((how) => `${report[how]} ${how}`)
    .join(', ')
  if (openCount > 0) {
    const names = `${open.slice(0, 20).join(', ')}${openCount > 20 ? ', …' : ''}`
    return `NOT confirmed by the venue: ${openCount} still open (${names})${ends === '' ? '' : `; ${ends}`}`
  }
  return ends === '' ? 'no order was at work' : `confirmed by the venue: ${ends}; none is open`
}
