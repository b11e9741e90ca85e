import type { MarketFact } from '#lib/market/market-fact.ts'
import { catalogue } from '#schemas/catalogue.ts'
import type { ImportPlan } from '#services/md/adapters/import-plan.ts'
import { mergeByTime } from '#services/md/adapters/merge-by-time.ts'
import { countingReport, type LeftOut, nothingLeftOut } from '#services/md/adapters/read-report.ts'

/** Everything that a plan's files say, and what was left out. */
export function readPlan(plan: ImportPlan, skipsBadLines = false): { facts: MarketFact[]; leftOut: LeftOut } {
  const leftOut = nothingLeftOut()
  return { facts: [...mergeByTime(plan.sources, countingReport(leftOut, skipsBadLines))], leftOut }
}

/** Throws where a fact does not fit its schema, or time goes back. */
export function checkFacts(facts: readonly MarketFact[]): void {
  let newest = 0
  for (const { at, topic, payload } of facts) {
    if (!Number.isSafeInteger(at) || at < newest) throw new Error(`time goes back to ${at}`)
    newest = at
    catalogue[topic].schema.parse(payload)
  }
}

/** The message, file and line of what it throws. */
export function faultOf(run: () => unknown): { message: string; file?: string; line?: number } {
  try {
    run()
  } catch (error) {
    const { name, message, file, line } = error as { name: string; message: string; file?: string; line?: number }
    if (name !== 'UserError') throw error
    return { message, file, line }
  }
  throw new Error('nothing was thrown')
}
