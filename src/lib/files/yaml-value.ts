import { type Document, visit } from 'yaml'

/** What a YAML document says, or which alias it cannot be read for and where that stands, as an offset into the text. */
export type YamlValue = { readonly value: unknown } | { readonly fault: string; readonly offset: number }

/** Reads a document without errors of its own: an alias without its anchor, or too many of them, are found only here. */
export function yamlValue(document: Document): YamlValue {
  try {
    return { value: document.toJS() }
  } catch (error) {
    if (!(error instanceof ReferenceError)) throw error
    let first = 0
    let unresolved: number | undefined
    visit(document, {
      Alias: (_, alias) => {
        const at = alias.range?.[0] ?? 0
        first ||= at
        if (alias.resolve(document) === undefined) unresolved ??= at
      },
    })
    const fault =
      unresolved === undefined
        ? 'too many aliases'
        : 'an alias without its anchor: text that begins with * stands in quotes'
    return { fault, offset: unresolved ?? first }
  }
}
