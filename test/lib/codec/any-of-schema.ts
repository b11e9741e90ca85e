import fc from 'fast-check'
import type { z } from 'zod'
import { defOf, stringLimits } from '#lib/codec/schema-def.ts'

/** Values that satisfy a schema, made from its description; any JSON where it says nothing. */
export function anyOfSchema(schema: z.core.$ZodType): fc.Arbitrary<unknown> {
  const def = defOf(schema)
  switch (def.type) {
    case 'string': {
      const limits = stringLimits(def)
      if (limits === null) throw new Error('a string with a check that is not known here')
      const { pattern, min, max } = limits
      if (pattern === null) return fc.string({ unit: 'grapheme', minLength: min, maxLength: Math.min(max, 12) })
      return fc.stringMatching(pattern, { size: 'small' }).filter((text) => text.length <= max)
    }
    case 'number':
      return numberOf(schema as z.ZodNumber, def.format !== undefined)
    case 'boolean':
      return fc.boolean()
    case 'literal':
      return fc.constantFrom(...def.values)
    case 'enum':
      return fc.constantFrom(...Object.values(def.entries))
    case 'nullable':
      return fc.option(anyOfSchema(def.innerType), { nil: null, freq: 3 })
    case 'optional':
      return anyOfSchema(def.innerType)
    case 'array':
      return fc.array(anyOfSchema(def.element), { maxLength: 3 })
    case 'tuple':
      return fc.tuple(...def.items.map(anyOfSchema))
    case 'union':
      return fc.oneof(...def.options.map(anyOfSchema))
    case 'object': {
      const fields = Object.entries(def.shape)
      const required = fields.filter(([, field]) => defOf(field).type !== 'optional').map(([key]) => key)
      return fc.record(Object.fromEntries(fields.map(([key, field]) => [key, anyOfSchema(field)])), {
        requiredKeys: required,
      })
    }
    case 'other':
      return fc.jsonValue({ maxDepth: 2 }).map((value) => (schema._zod.def.type === 'record' ? {} : value))
  }
}

function numberOf(schema: z.ZodNumber, isWhole: boolean): fc.Arbitrary<number> {
  const min = finiteOr(schema.minValue, -Number.MAX_VALUE)
  const max = finiteOr(schema.maxValue, Number.MAX_VALUE)
  const edges = [min, max].filter((edge) => Number.isFinite(edge))
  if (isWhole) {
    const low = Math.max(min, Number.MIN_SAFE_INTEGER)
    const high = Math.min(max, Number.MAX_SAFE_INTEGER)
    return fc.oneof(
      fc.constantFrom(low, high),
      fc.integer({ min: low, max: high }),
      fc.maxSafeInteger().map((n) => Math.min(high, Math.max(low, n))),
    )
  }
  const double = fc.double({ min, max, noNaN: true, noDefaultInfinity: true }).map((value) => value + 0)
  return edges.length > 0 ? fc.oneof(double, fc.constantFrom(...edges)) : double
}

const finiteOr = (bound: number | null, otherwise: number): number =>
  bound === null || !Number.isFinite(bound) ? otherwise : bound
