import { tickSizeOf } from '#lib/domain/tick-size.ts'
import { instrumentOfFact, type MarketFact } from '#lib/market/market-fact.ts'
import { UserError } from '#lib/terminal/user-error.ts'
import type { PayloadOf } from '#schemas/catalogue.ts'
import type { Listed } from './import-plan.ts'
import { foldSteps, mostDigits, type SeenSteps, startSteps } from './seen-steps.ts'

/** What a first pass over all facts finds: what instruments need before their first price, and how much there is. */
export type Survey = {
  facts: number
  firstAt: number
  lastAt: number
  /** By instrument, in order of appearance. */
  readonly steps: Map<string, SeenSteps>
}

/** What the user says of all instruments of an import; it goes before what sources say. */
export type Terms = {
  readonly tickSize?: string
  readonly lotSize?: string
  readonly multiplier?: string
  readonly currency?: string
}

/** Looks at every fact once. */
export function surveyFacts(
  facts: Iterable<MarketFact>,
  listed: ReadonlyMap<string, Listed>,
  terms: Terms,
  onProgress: (facts: number) => void,
): Survey {
  const survey: Survey = { facts: 0, firstAt: 0, lastAt: 0, steps: new Map() }
  for (const fact of facts) {
    if (survey.facts === 0) survey.firstAt = fact.at
    survey.facts++
    survey.lastAt = fact.at
    if ((survey.facts & 0xfff) === 0) onProgress(survey.facts)
    const instrument = instrumentOfFact(fact)
    if (instrument === null) continue
    let steps = survey.steps.get(instrument)
    if (steps === undefined) {
      steps = startSteps(terms.tickSize ?? listed.get(instrument)?.tickSize)
      survey.steps.set(instrument, steps)
    }
    foldSteps(steps, fact)
  }
  onProgress(survey.facts)
  return survey
}

/**
 * The listings that come before the first price. The tick size is what the user says, or what the source says if every price stands on
 * it, or the last digit that a price needs: so that every price of a data set is a whole number of ticks. Throws a UserError
 * when prices do not stand on the tick size that the user says.
 */
export function instrumentsOf(
  survey: Survey,
  listed: ReadonlyMap<string, Listed>,
  terms: Terms,
): PayloadOf<'md.instrument'>[] {
  return [...listed.values()].map((listing) => {
    const { instrument } = listing
    const seen = survey.steps.get(instrument) ?? startSteps(undefined)
    if (terms.tickSize !== undefined && seen.offTick !== null) {
      throw new UserError(
        `${instrument} has the price ${seen.offTick}, which is no multiple of the tick size ${terms.tickSize}`,
        {
          hint: `--tick-size ${powerOfTen(seen.priceScale)} holds all of its prices`,
        },
      )
    }
    if (hasTooManyDigits(seen)) {
      throw new UserError(
        `${instrument} has prices of ${seen.wholeDigits} digits before the point and of ${seen.priceScale} behind it: more than ${mostDigits} in all cannot be reckoned with exactly`,
      )
    }
    const isOnTick = seen.offTick === null
    return {
      ...listing,
      tickSize: terms.tickSize ?? (isOnTick ? listing.tickSize : undefined) ?? powerOfTen(seen.priceScale),
      lotSize: terms.lotSize ?? listing.lotSize ?? powerOfTen(Math.min(8, seen.sizeScale)),
      multiplier: terms.multiplier ?? listing.multiplier ?? '1',
      currency: terms.currency ?? listing.currency ?? 'USD',
      isSimulated: false,
    }
  })
}

/** Instruments whose prices are together no safe whole numbers of ticks. */
export const tooFine = ({ steps }: Survey): string[] =>
  [...steps].flatMap(([instrument, seen]) => (hasTooManyDigits(seen) ? [instrument] : []))

const hasTooManyDigits = ({ wholeDigits, priceScale }: SeenSteps): boolean => wholeDigits + priceScale > mostDigits

/** `0.001` for 3. */
const powerOfTen = (scale: number): string => (scale === 0 ? '1' : `0.${'0'.repeat(scale - 1)}1`)

/** Throws a UserError when a term that the user says is not above zero. */
export function checkTerms(terms: Terms): void {
  for (const [name, text] of Object.entries({
    'tick-size': terms.tickSize,
    'lot-size': terms.lotSize,
    multiplier: terms.multiplier,
  })) {
    if (text !== undefined && !isStep(text))
      throw new UserError(`--${name} is ${text}, expected a decimal number above zero`)
  }
  if (terms.currency !== undefined && !/^[A-Z][A-Z0-9]{0,15}$/.test(terms.currency)) {
    throw new UserError(`--currency is ${terms.currency}, expected one like USD`)
  }
}

function isStep(text: string): boolean {
  try {
    return tickSizeOf(text).units > 0
  } catch (error) {
    if (error instanceof RangeError || error instanceof SyntaxError) return false
    throw error
  }
}
