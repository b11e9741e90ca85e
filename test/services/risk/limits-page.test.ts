import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { z } from 'zod'
import { RiskCode, RiskHalted, RiskStrategyHalted } from '#schemas/risk.ts'
import { RiskConfig } from '#services/risk/risk-config.ts'

const page = readFileSync(join(import.meta.dirname, '../../../docs/limits.md'), 'utf8')
const words = new Set([...page.matchAll(/`(\w+)`/g)].map(([, word]) => word as string))

type Def = {
  readonly shape?: Readonly<Record<string, z.core.$ZodType>>
  readonly options?: readonly z.core.$ZodType[]
  readonly innerType?: z.core.$ZodType
  readonly valueType?: z.core.$ZodType
}

/** The names of a schema's fields, however deep. */
function namesIn(schema: z.core.$ZodType): string[] {
  const { shape = {}, options = [], innerType, valueType } = schema._zod.def as Def
  const inner = [...Object.values(shape), ...options, innerType, valueType].filter((one) => one !== undefined)
  return [...Object.keys(shape), ...inner.flatMap(namesIn)]
}

test('docs/limits.md names every limit and setting of the gate, and every code that it names is one', () => {
  const settings = new Set(namesIn(RiskConfig.omit({ currency: true, startingCash: true, conversions: true })))
  expect(settings).toContain('maxStrategyDailyLoss')
  expect(settings).toContain('optionFloor')
  for (const group of ['limits', 'instruments', 'strategies', 'kind']) settings.delete(group)
  expect([...settings].filter((name) => !words.has(name))).toEqual([])
  const codes = [RiskCode, RiskHalted.shape.code, RiskStrategyHalted.shape.code].flatMap(
    (one): readonly string[] => one.options,
  )
  expect([...words].filter((word) => /^[A-Z]+_[A-Z_]+$/.test(word) && !codes.includes(word))).toEqual([])
})
