import type { z } from 'zod'
import type { Event } from '#schemas/event.ts'
import { type Bytes, writeDouble, writeInt, writeJson, writePlain, writeString } from './json-bytes.ts'
import { defOf, isPlainText, type SchemaDef } from './schema-def.ts'

/**
 * Puts what follows the id of an event of one topic at `at`, from the id's closing quote to the event's end, and answers where it ends:
 * beyond the bytes when there was no room.
 */
export type EventWriter = (bytes: Bytes, at: number, event: Omit<Event, 'seq'>) => number

/**
 * Compiles a topic's schema to a writer of its events, payload fields in the order of the schema. Constants are stored byte by byte, numbers
 * and texts go in without strings on the way. What a schema does not describe field by field is left to JSON.stringify.
 */
export function compileWriter(topic: string, schema: z.ZodType): EventWriter {
  const head = `${constant(`","topic":"${topic}","v":`)} p = int(b, p, e.v); ${constant(',"at":')} p = int(b, p, e.at); ${constant(',"source":"')} p = plain(b, p, e.source);`
  const cause = `if (e.cause === null) {${constant('","cause":null,"payload":')}} else {${constant('","cause":"')} p = plain(b, p, e.cause); ${constant('","payload":')}}`
  const payload = valueCode(defOf(schema), 'v', { names: 0 })
  const code = `'use strict'; return function write(b, p, e) {${head} ${cause} const v = e.payload; ${payload} b[p] = 125; return p + 1 }`
  const make = new Function('plain', 'string', 'int', 'double', 'json', code)
  return make(writePlain, writeString, writeInt, writeDouble, writeJson) as EventWriter
}

type Scope = { names: number }

function valueCode(def: SchemaDef, value: string, scope: Scope): string {
  switch (def.type) {
    case 'string':
      return isPlainText(def) ? quoted(value) : `p = string(b, p, ${value});`
    case 'enum':
      return quoted(value)
    case 'literal':
      return constant(JSON.stringify(def.values[0]))
    case 'number':
      return def.format === undefined ? `p = double(b, p, ${value});` : `p = int(b, p, ${value});`
    case 'boolean':
      return `if (${value}) {${constant('true')}} else {${constant('false')}}`
    case 'nullable':
      return `if (${value} === null) {${constant('null')}} else {${valueCode(defOf(def.innerType), value, scope)}}`
    case 'array':
      return arrayCode(def, value, scope)
    case 'tuple':
      return def.rest === null ? tupleCode(def.items, value, scope) : `p = json(b, p, ${value});`
    case 'object':
      return objectCode(def.shape, value, scope)
    case 'union':
      return def.discriminator === undefined
        ? `p = json(b, p, ${value});`
        : unionCode(def.options, def.discriminator, value, scope)
    default:
      return `p = json(b, p, ${value});`
  }
}

const quoted = (value: string) => `b[p++] = 34; p = plain(b, p, ${value}); b[p++] = 34;`

function constant(text: string): string {
  const bytes = new TextEncoder().encode(text)
  const stores = [...bytes].map((byte, i) => `b[p${i === 0 ? '' : ` + ${i}`}] = ${byte};`)
  return `${stores.join('')} p += ${bytes.length};`
}

function arrayCode({ element }: Extract<SchemaDef, { type: 'array' }>, value: string, scope: Scope): string {
  const [list, i] = [`l${scope.names++}`, `i${scope.names++}`]
  const each = valueCode(defOf(element), `${list}[${i}]`, scope)
  return `{const ${list} = ${value}; b[p++] = 91; for (let ${i} = 0; ${i} < ${list}.length; ${i}++) {if (${i} > 0) b[p++] = 44; ${each}} b[p++] = 93;}`
}

function tupleCode(items: readonly z.core.$ZodType[], value: string, scope: Scope): string {
  const parts = items.map(
    (item, i) => `${i > 0 ? 'b[p++] = 44;' : ''}${valueCode(defOf(item), `${value}[${i}]`, scope)}`,
  )
  return `b[p++] = 91; ${parts.join('')} b[p++] = 93;`
}

function objectCode(shape: Readonly<Record<string, z.core.$ZodType>>, value: string, scope: Scope): string {
  const name = `o${scope.names++}`
  let isSomethingBefore = false
  let code = `{const ${name} = ${value}; `
  let isOpen = false
  for (const [key, schema] of Object.entries(shape)) {
    const def = defOf(schema)
    const field = `${name}.${key}`
    const label = `${JSON.stringify(key)}:`
    if (def.type === 'optional') {
      if (!isOpen) code += 'b[p++] = 123;'
      isOpen = true
      const comma = isSomethingBefore ? constant(`,${label}`) : `if (b[p - 1] !== 123) b[p++] = 44; ${constant(label)}`
      code += `if (${field} !== undefined) {${comma}${valueCode(defOf(def.innerType), field, scope)}}`
    } else {
      const head =
        isOpen && !isSomethingBefore
          ? `if (b[p - 1] !== 123) b[p++] = 44; ${constant(label)}`
          : constant(`${isOpen ? ',' : '{'}${label}`)
      code += head + valueCode(def, field, scope)
      isOpen = true
      isSomethingBefore = true
    }
  }
  return `${code}${isOpen ? '' : 'b[p++] = 123;'}b[p++] = 125;}`
}

function unionCode(options: readonly z.core.$ZodType[], discriminator: string, value: string, scope: Scope): string {
  const branches = options.map((option) => {
    const def = defOf(option)
    const kind = def.type === 'object' ? defOf(def.shape[discriminator] as z.core.$ZodType) : def
    if (def.type !== 'object' || kind.type !== 'literal') return null
    const test = kind.values.map((literal) => `${value}.${discriminator} === ${JSON.stringify(literal)}`).join(' || ')
    return `if (${test}) {${objectCode(def.shape, value, scope)}}`
  })
  if (branches.includes(null)) return `p = json(b, p, ${value});`
  return `${branches.join(' else ')} else {p = json(b, p, ${value});}`
}
