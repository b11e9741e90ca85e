import type { z } from 'zod'
import { decimalPattern, unsignedDecimalPattern } from '#schemas/primitives.ts'
import { copyOf, decimalEnd, double, doubleEnd, intEnd, intValue, isEscaped } from './json-scan.ts'
import { defOf, isPlainText, limitsOf, type SchemaDef, stringLimits } from './schema-def.ts'

/**
 * Reads a payload that is written as our own writer writes it, and checks it on the way. `read` answers undefined for any other, be it
 * right or wrong: JSON.parse and the schema decide then. `text` is the same bytes read as Latin-1: numbers and constants are read from
 * bytes, texts are cut from the text. `end` is where the newest payload ended.
 */
export type PayloadReader = { read(bytes: Buffer, text: string, at: number): unknown; end: number }

/** Compiles a schema to its reader; null where the schema has what it cannot check (a refinement, any JSON). */
export function compileReader(schema: z.ZodType): PayloadReader | null {
  const scope: Scope = { names: 0, tables: [], memos: [] }
  const body = valueCode(defOf(schema), 'v', '', scope)
  if (body === null) return null
  const code = `'use strict'; ${scope.memos.map((name) => `let ${name} = '';`).join('')}
const reader = { end: 0, read(b, s, p) { let v; let q; ${body} reader.end = p; return v } }; return reader`
  const make = new Function('t', 'decimalEnd', 'intEnd', 'intValue', 'doubleEnd', 'double', 'isEscaped', 'copyOf', code)
  return make(scope.tables, decimalEnd, intEnd, intValue, doubleEnd, double, isEscaped, copyOf) as PayloadReader
}

type Scope = { names: number; readonly tables: unknown[]; readonly memos: string[] }

const nameIn = (scope: Scope, kind: string): string => `${kind}${scope.names++}`
const tableOf = (scope: Scope, value: unknown): string => `t[${scope.tables.push(value) - 1}]`

/** Code that goes over `head` and a value, which `into` gets; null where this schema cannot be checked here. */
function valueCode(def: SchemaDef, into: string, head: string, scope: Scope): string | null {
  switch (def.type) {
    case 'string':
      return stringCode(def, into, head, scope)
    case 'number':
      return numberCode(def, into, head)
    case 'boolean':
      return chainCode(['true', 'false'], into, head)
    case 'enum':
      return chainCode(
        Object.values(def.entries).map((value) => JSON.stringify(value)),
        into,
        head,
      )
    case 'literal':
      return def.values.every((value) => typeof value === 'string' || typeof value === 'boolean')
        ? chainCode(
            def.values.map((value) => JSON.stringify(value)),
            into,
            head,
          )
        : null
    case 'nullable': {
      const inner = valueCode(defOf(def.innerType), into, head, scope)
      return inner === null
        ? null
        : `if (${starts(`${head}null`)}) {${over(`${head}null`)} ${into} = null} else {${inner}}`
    }
    case 'array':
      return arrayCode(def, into, head, scope)
    case 'tuple':
      return tupleCode(def, into, head, scope)
    case 'object':
      return objectCode(def, into, head, scope)
    case 'union':
      return unionCode(def, into, head, scope)
    case 'optional':
    case 'other':
      return null
  }
}

const starts = (text: string): string =>
  [...text].map((character, i) => `b[p${i === 0 ? '' : ` + ${i}`}] === ${character.charCodeAt(0)}`).join(' && ')
const over = (text: string): string => `p += ${text.length};`
const expect = (text: string): string => (text === '' ? '' : `if (!(${starts(text)})) return undefined; ${over(text)}`)

function stringCode(
  def: Extract<SchemaDef, { type: 'string' }>,
  into: string,
  head: string,
  scope: Scope,
): string | null {
  const limits = stringLimits(def)
  if (limits === null) return null
  const { pattern, min, max } = limits
  const open = expect(`${head}"`)
  const isDecimal = pattern?.source === decimalPattern.source
  if (isDecimal || pattern?.source === unsignedDecimalPattern.source)
    return `${open} q = decimalEnd(b, p, ${isDecimal}); if (q < 0 || q - p > ${max}) return undefined; ${into} = s.slice(p, q); p = q + 1;`
  const text = nameIn(scope, 's')
  const isLong = `q - p < ${min} || q - p > ${max}`
  const test = pattern === null ? '' : ` || !${tableOf(scope, pattern)}.test(${text})`
  const escaped = isPlainText(def) ? '' : ` || isEscaped(${text})`
  const fresh = `const ${text} = copyOf(b, s, p, q); if (${isLong}${test}${escaped}) return undefined;`
  if (pattern === null)
    return `${open} q = s.indexOf('"', p); if (q < 0) return undefined; {${fresh} ${into} = ${text}} p = q + 1;`
  // The same instrument, strategy or hash comes again and again: one text serves.
  const memo = nameIn(scope, 'm')
  scope.memos.push(memo)
  return `${open} q = p + ${memo}.length; if (b[q] === 34 && q > p && s.startsWith(${memo}, p)) ${into} = ${memo};
else {q = s.indexOf('"', p); if (q < 0) return undefined; ${fresh} ${into} = ${memo} = ${text}} p = q + 1;`
}

function numberCode(
  { format, checks = [] }: Extract<SchemaDef, { type: 'number' }>,
  into: string,
  head: string,
): string | null {
  if (format !== undefined && format !== 'safeint') return null
  let bounds = ''
  for (const check of checks) {
    const {
      check: kind,
      value,
      inclusive,
    } = check._zod.def as unknown as { check: string; value: number; inclusive: boolean }
    if (kind === 'greater_than') bounds += ` || !(${into} ${inclusive ? '>=' : '>'} ${value})`
    else if (kind === 'less_than') bounds += ` || !(${into} ${inclusive ? '<=' : '<'} ${value})`
    else if (kind !== 'number_format') return null
  }
  const [end, number] =
    format === undefined ? ['doubleEnd(b, s, p)', 'double.newest'] : ['intEnd(b, p)', 'intValue(b, p, q)']
  return `${expect(head)} q = ${end}; if (q < 0) return undefined; ${into} = ${number}; if (false${bounds}) return undefined; p = q;`
}

function chainCode(texts: readonly string[], into: string, head: string): string {
  const branches = texts.map((text) => `if (${starts(text)}) {${over(text)} ${into} = ${text}}`)
  return `${expect(head)} ${branches.join(' else ')} else return undefined;`
}

function arrayCode(
  def: Extract<SchemaDef, { type: 'array' }>,
  into: string,
  head: string,
  scope: Scope,
): string | null {
  const limits = limitsOf(def.checks)
  const one = nameIn(scope, 'e')
  const each = valueCode(defOf(def.element), one, '', scope)
  if (limits === null || each === null) return null
  const isLong = `${into}.length < ${limits.min} || ${into}.length > ${limits.max}`
  return `${expect(`${head}[`)} ${into} = []; if (${starts(']')}) p++; else for (;;) {let ${one}; ${each} ${into}.push(${one}); if (${starts(',')}) p++; else {${expect(']')} break}} if (${isLong}) return undefined;`
}

function tupleCode(
  { items, rest }: Extract<SchemaDef, { type: 'tuple' }>,
  into: string,
  head: string,
  scope: Scope,
): string | null {
  if (rest !== null) return null
  const names = items.map(() => nameIn(scope, 'u'))
  const parts = items.map((item, i) => valueCode(defOf(item), names[i] as string, i === 0 ? `${head}[` : ',', scope))
  if (parts.includes(null) || items.length === 0) return null
  return `let ${names.join(',')}; ${parts.join(' ')} ${expect(']')} ${into} = [${names.join(',')}];`
}

/** A field that may be absent cannot be the first: then there would be no telling where the comma is. */
function objectCode(
  def: Extract<SchemaDef, { type: 'object' }>,
  into: string,
  head: string,
  scope: Scope,
): string | null {
  if (def.checks !== undefined && def.checks.length > 0) return null
  let [code, made, added, lead] = ['', '', '', `${head}{`]
  for (const [key, schema] of Object.entries(def.shape)) {
    const field = defOf(schema)
    const isOptional = field.type === 'optional'
    const label = `${lead}${JSON.stringify(key)}:`
    const name = nameIn(scope, 'f')
    const read = valueCode(isOptional ? defOf(field.innerType) : field, name, isOptional ? '' : label, scope)
    if (read === null || (isOptional && made === '')) return null
    code += `let ${name}; ${isOptional ? `if (${starts(label)}) {${over(label)} ${read}}` : read}`
    // The fields come in the order of the text: what is written of it again is the same text.
    if (isOptional) added += `if (${name} !== undefined) ${into}.${key} = ${name};`
    else if (added !== '') added += `${into}.${key} = ${name};`
    else made += `${key}: ${name}, `
    lead = ','
  }
  if (made === '') return null
  return `${code} ${expect('}')} ${into} = {${made}}; ${added}`
}

/** The discriminator has to be the first field of each option. */
function unionCode(
  { options, discriminator }: Extract<SchemaDef, { type: 'union' }>,
  into: string,
  head: string,
  scope: Scope,
): string | null {
  if (discriminator === undefined) return null
  const branches = options.map((option) => {
    const def = defOf(option)
    if (def.type !== 'object' || Object.keys(def.shape)[0] !== discriminator) return null
    const kind = defOf(def.shape[discriminator] as z.core.$ZodType)
    if (kind.type !== 'literal' || kind.values.length !== 1) return null
    const read = objectCode(def, into, head, scope)
    const opening = `${head}{${JSON.stringify(discriminator)}:${JSON.stringify(kind.values[0])}`
    return read === null ? null : `if (${starts(opening)}) {${read}}`
  })
  return branches.includes(null) ? null : `${branches.join(' else ')} else return undefined;`
}
