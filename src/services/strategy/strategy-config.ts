import { z } from 'zod'
import { checkRequest } from '#lib/indicators/check-request.ts'
import { rolesRead, StrategyDefinition } from '#lib/strategy/strategy-definition.ts'
import type { Slot } from '#lib/strategy/strategy-slot.ts'
import { isZone } from '#lib/time/is-zone.ts'
import { TradingCalendar } from '#lib/time/trading-calendar.ts'
import { InstrumentId, Money, Name, Sha256 } from '#schemas/primitives.ts'

/** A strategy to run: what its file says, the hash of the file, and the instruments whose bars its roles read. */
export const BoundStrategy = z
  .strictObject({
    definition: StrategyDefinition,
    hash: Sha256,
    roles: z.record(Name, InstrumentId),
    /** Those that its sessions name. */
    calendars: z.record(Name, TradingCalendar).optional(),
  })
  .superRefine(explainGaps)
export type BoundStrategy = z.infer<typeof BoundStrategy>

export const StrategyConfig = z.strictObject({
  strategies: z.array(BoundStrategy).superRefine(explainRepeats),
  /** The account's equity before the first snapshot of it. */
  startingCash: Money.optional(),
})
export type StrategyConfig = z.infer<typeof StrategyConfig>

/** The instrument whose bars a series reads; the configuration has been checked to name one. */
export function instrumentOf({ definition, roles }: BoundStrategy, series: number): string {
  const { role } = definition.series[series] as BoundStrategy['definition']['series'][number]
  return roles[role] as string
}

function explainGaps({ definition, roles, calendars = {} }: BoundStrategy, context: z.RefinementCtx): void {
  const refuse = (message: string) => context.addIssue({ code: 'custom', message: `${definition.name}: ${message}` })
  for (const role of rolesRead(definition))
    if (!Object.hasOwn(roles, role)) refuse(`no instrument is named for the role ${role}`)
  for (const { indicator, params, key, series, input, from } of definition.indicators) {
    const checked = checkRequest(indicator, params, input, from)
    if (!checked.isValid) refuse(checked.message)
    else if (checked.key !== key) refuse(`${key} is ${checked.key}`)
    if (series >= definition.series.length) refuse(`${key} is of a series that is not there`)
  }
  for (const slot of definition.slots)
    if (!isThere(definition, slot)) refuse('a value is of an input that is not there')
  for (const session of definition.sessions)
    if ('calendar' in session && !Object.hasOwn(calendars, session.calendar))
      refuse(`there is no calendar ${session.calendar}`)
  const zones = definition.sessions.flatMap((session) => ('zone' in session ? [session.zone] : []))
  for (const zone of [definition.zone, ...zones])
    if (!isZone(zone)) refuse(`${zone} is no time zone that is known here`)
}

function isThere({ series, indicators, scores, sessions, counters }: StrategyDefinition, slot: Slot): boolean {
  if ('field' in slot || 'back' in slot) return slot.series < series.length
  if ('indicator' in slot) return slot.indicator < indicators.length
  if ('score' in slot) return slot.score < scores.length
  if ('session' in slot) return slot.session < sessions.length
  return !('since' in slot) || slot.since < counters.length
}

function explainRepeats(strategies: readonly BoundStrategy[], context: z.RefinementCtx): void {
  strategies.forEach(({ definition: { name } }, n) => {
    const before = strategies.slice(0, n).some((other) => other.definition.name === name)
    if (before) context.addIssue({ code: 'custom', path: [n], message: `two strategies are called ${name}` })
  })
}
