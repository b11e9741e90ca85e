import type { z } from 'zod'

type Checks = readonly z.core.$ZodCheck<never>[]

/** The kinds of schemas that contracts are made of, as zod describes them; any other is read and written as JSON. */
export type SchemaDef =
  | { readonly type: 'string'; readonly format?: string; readonly checks?: Checks }
  | { readonly type: 'number'; readonly format?: string; readonly checks?: Checks }
  | { readonly type: 'boolean' }
  | { readonly type: 'literal'; readonly values: readonly (string | number | boolean | null)[] }
  | { readonly type: 'enum'; readonly entries: Readonly<Record<string, string>> }
  | { readonly type: 'nullable' | 'optional'; readonly innerType: z.core.$ZodType }
  | { readonly type: 'array'; readonly element: z.core.$ZodType; readonly checks?: Checks }
  | { readonly type: 'tuple'; readonly items: readonly z.core.$ZodType[]; readonly rest: z.core.$ZodType | null }
  | {
      readonly type: 'object'
      readonly shape: Readonly<Record<string, z.core.$ZodType>>
      readonly catchall?: z.core.$ZodType
      readonly checks?: readonly unknown[]
    }
  | { readonly type: 'union'; readonly options: readonly z.core.$ZodType[]; readonly discriminator?: string }
  | { readonly type: 'other' }

const known = new Set('string number boolean literal enum nullable optional array tuple object union'.split(' '))

export function defOf(schema: z.core.$ZodType): SchemaDef {
  const { def } = schema._zod
  return known.has(def.type) ? (def as unknown as SchemaDef) : { type: 'other' }
}

/** What a text or a list has to be. */
export type Limits = { readonly pattern: RegExp | null; readonly min: number; readonly max: number }

/** Limits of a string; null where it has a check of another kind. */
export const stringLimits = ({ format, checks }: Extract<SchemaDef, { type: 'string' }>): Limits | null =>
  format === undefined ? limitsOf(checks) : null

/** The limits that checks on a length and a pattern come to; null where there is another check. */
export function limitsOf(checks: Checks = []): Limits | null {
  let [pattern, min, max]: [RegExp | null, number, number] = [null, 0, Number.MAX_SAFE_INTEGER]
  for (const check of checks) {
    const def = check._zod.def as unknown as { readonly check: string; readonly [key: string]: unknown }
    if (def.check === 'max_length') max = Math.min(max, def.maximum as number)
    else if (def.check === 'min_length') min = Math.max(min, def.minimum as number)
    else if (def.check === 'string_format' && def.format === 'regex' && pattern === null)
      pattern = def.pattern as RegExp
    else return null
  }
  return { pattern, min, max }
}

/** Is every text of this schema printable ASCII without quotes and backslashes? Decided from its pattern; `false` where it is not plain to see. */
export function isPlainText(def: Extract<SchemaDef, { type: 'string' }>): boolean {
  const pattern = stringLimits(def)?.pattern
  if (pattern?.flags !== '' || !/^\^.*\$$/s.test(pattern.source)) return false
  const inside = pattern.source.slice(1, -1)
  const classes = inside.match(characterClass) ?? []
  if (!classes.every((one) => awkward.every((character) => !new RegExp(one).test(character)))) return false
  const rest = inside.replaceAll(characterClass, 'C').replaceAll(/\\[d.()]/g, 'D')
  return /^[\w:/, \-?*+{}()|]*$/.test(rest) && !outsideGroups(rest).includes('|')
}

const characterClass = /\[(?:\\.|[^\]])*\]/g
const awkward = Array.from({ length: 0x300 }, (_, code) => String.fromCharCode(code)).filter(
  (character) => character < ' ' || character > '~' || character === '"' || character === '\\',
)

function outsideGroups(source: string): string {
  let depth = 0
  return [...source]
    .filter((character) => {
      if (character === '(') depth++
      if (character === ')') depth--
      return depth === 0
    })
    .join('')
}
