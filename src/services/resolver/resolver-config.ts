import { z } from 'zod'
import { InstrumentId, Name } from '#schemas/primitives.ts'

const Mapping = z.strictObject({
  strategy: Name,
  role: Name,
  to: z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('instrument'), instrument: InstrumentId }),
    z.strictObject({
      kind: z.literal('option'),
      underlying: InstrumentId,
      /** Calendar days from the day of the wish (UTC) to the day of expiry. */
      minDaysToExpiry: z.int().min(0).default(0),
    }),
  ]),
})
export type Mapping = z.infer<typeof Mapping>

/** What each strategy's roles mean. */
export const ResolverConfig = z.strictObject({ mappings: z.array(Mapping).superRefine(explainRepeats) })
export type ResolverConfig = z.infer<typeof ResolverConfig>

function explainRepeats(mappings: readonly Mapping[], context: z.RefinementCtx): void {
  const refuse = (n: number, message: string) => context.addIssue({ code: 'custom', path: [n], message })
  mappings.forEach(({ strategy, role, to }, n) => {
    const before = mappings.slice(0, n).filter((other) => other.strategy === strategy)
    if (before.some((other) => other.role === role)) refuse(n, `${strategy}/${role} is mapped already`)
    if (to.kind === 'option') return
    // Two roles would overwrite each other's target: a strategy has one position in an instrument.
    const same = before.find((other) => other.to.kind === 'instrument' && other.to.instrument === to.instrument)
    if (same && same.role !== role) refuse(n, `${strategy} has ${to.instrument} in its role ${same.role} already`)
  })
}
