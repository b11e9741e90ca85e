import { isAlias, isMap, isScalar, type Node, type Pair, parseDocument, visit, type YAMLMap } from 'yaml'
import { didYouMean } from './did-you-mean.ts'
import type { Report } from './problem.ts'

/** A file as YAML: null when it is empty, undefined when it is so broken that only its errors can be told. */
export function parseYaml(text: string, report: Report): Node | null | undefined {
  const tooDeep = tooDeepAt(text)
  if (tooDeep !== null) {
    report.error(tooDeep, 'nested too deeply for a strategy file')
    return undefined
  }
  const document = parseDocument(text, { prettyErrors: false })
  const faults = [...document.errors, ...document.warnings]
  for (const { pos, message } of faults) report.error(pos[0], `not YAML: ${message}`)
  let hasAlias = false
  let hasTag = false
  visit(document, {
    Value: (_, node) => {
      if (node.tag !== undefined && !hasTag && faults.length === 0)
        report.error(node.range?.[0] ?? 0, `tags (${node.tag}) are not allowed in a strategy file`)
      hasTag ||= node.tag !== undefined
    },
    Alias: (_, { range }) => {
      if (!hasAlias)
        report.error(range?.[0] ?? 0, 'aliases (*name) are not allowed in a strategy file: write the value out')
      hasAlias = true
      return visit.BREAK
    },
  })
  return faults.length > 0 || hasAlias || hasTag ? undefined : document.contents
}

/** A value of a map under its key: the offset of the key, and the value where one is written. */
export type Field = { readonly at: number; readonly value: Node | null }

/** The fields of a map by name; anything but a map with text keys out of `known` (all, when that is null) is reported. */
export function fieldsOf(
  node: Node | null,
  at: number,
  what: string,
  known: readonly string[] | null,
  report: Report,
): Map<string, Field> | null {
  if (!isMap(node)) {
    report.error(startOf(node, at), `${what} has to be a list of "name: value" lines`)
    return null
  }
  const fields = new Map<string, Field>()
  for (const pair of (node as YAMLMap<Node, Node | null>).items as Pair<Node, Node | null>[]) {
    const keyAt = startOf(pair.key, at)
    const key = isScalar(pair.key) ? String(pair.key.value) : null
    if (key === null) report.error(keyAt, `${what} has a key that is not a word`)
    else if (known && !known.includes(key))
      report.error(keyAt, `${what} has no ${JSON.stringify(key)}${didYouMean(key, known)}; known: ${known.join(', ')}`)
    else fields.set(key, { at: keyAt, value: pair.value })
  }
  return fields
}

/** The text of a scalar as it was written, so that 0.10 stays exact. Null for anything else, also for nothing. */
export function writtenText(node: Node | null): string | null {
  if (!isScalar(node) || node.value === null) return null
  return typeof node.value === 'string' ? node.value : (node.source ?? String(node.value))
}

/** Where a value stands, or, without one, its key. */
export const startOf = (node: Node | null | undefined, otherwise: number): number =>
  node && !isAlias(node) ? (node.range?.[0] ?? otherwise) : otherwise

// YAML is read recursively: depth is bounded before. A strategy file needs four levels.
function tooDeepAt(text: string): number | null {
  let depth = 0
  for (let at = 0; at < text.length; at++) {
    const character = text[at]
    if (character === '[' || character === '{') depth++
    // One that closes nothing, as in a comment, is no room for more.
    else if ((character === ']' || character === '}') && depth > 0) depth--
    if (depth > 32) return at
  }
  return /(?:[-?:][ \t]+){32}/.exec(text)?.index ?? null
}
