import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { readLog } from '#lib/journal/read-log.ts'
import { UserError } from '#lib/terminal/user-error.ts'
import type { Event } from '#schemas/event.ts'
import type { Topology } from './topology.ts'

/** Throws a UserError where a run has its account in another currency: its books, limits and cash are in that. */
export function refuseOtherCurrency(now: string, wanted: Topology): void {
  const { currency } = wanted.account
  if (currency === now) return
  const hint = `account: { currency: ${now}, … }, or another run: …`
  throw new UserError(`the account of run ${wanted.run} is in ${now}, and cannot be in ${currency}`, { hint })
}

/** The currency that the account of a log began in; null where it has none yet. */
export function currencyOfLog(folder: string): string | null {
  if (!existsSync(join(folder, 'system')) && !existsSync(join(folder, 'journal'))) return null
  for (const { content } of readLog(folder, { topics: ['system.config'] })) {
    const { payload } = JSON.parse(content) as Event<'system.config'>
    if (payload.service === 'pnl') return (payload.config as { currency: string }).currency
  }
  return null
}
