import { nearestWords } from '#lib/terminal/nearest-words.ts'
import { UserError } from '#lib/terminal/user-error.ts'
import type { ImportPlan, Listed } from '../import-plan.ts'
import { readCatalogue } from './catalogue-file.ts'

/**
 * A plan whose instruments have the terms that a catalogue states: kind, tick, lot, multiplier, currency, expiry. Throws a UserError for an
 * instrument that it does not have: half of the terms would be guesses.
 */
export function listedByCatalogue(plan: ImportPlan, file: string): ImportPlan {
  const catalogue = readCatalogue(file)
  const listed = new Map<string, Listed>()
  for (const [instrument, known] of plan.listed) {
    const entry = catalogue.get(instrument)
    if (entry === undefined) {
      const near = nearestWords(instrument, [...catalogue.keys()]).slice(0, 3)
      const hint = near.length === 0 ? undefined : `did you mean ${near.join(', ')}?`
      throw new UserError(`has no ${instrument}`, { file, hint })
    }
    const { calendar, source, ...terms } = entry
    listed.set(instrument, { ...known, ...terms })
  }
  return { ...plan, listed }
}
