import type { Node } from 'yaml'
import { ExpressionFault } from './expression-fault.ts'
import type { Report } from './problem.ts'
import { offsetInFile } from './scalar-position.ts'
import { type Field, startOf, writtenText } from './yaml-tree.ts'

const mostCharacters = 1800

/** The words of an expression as they go into the definition, and what was made of them. */
export type ReadExpression<T> = { readonly text: string; readonly made: T }

/** Compiles the text of a field; what is wrong is reported where it is wrong in the file, and gives null. */
export function readExpression<T>(
  what: string,
  { at, value }: Field,
  source: string,
  example: string,
  report: Report,
  compile: (text: string) => T,
): ReadExpression<T> | null {
  const start = startOf(value, at)
  const text = writtenText(value)
  if (text === null) {
    report.error(start, `${what} has to be ${example}`)
    return null
  }
  if (text.length > mostCharacters) {
    report.error(start, `${what} is longer than ${mostCharacters} characters`)
    return null
  }
  try {
    return { text: text.trim().replaceAll(/\s+/g, ' '), made: compile(text) }
  } catch (error) {
    if (!(error instanceof ExpressionFault)) throw error
    report.error(placeIn(source, value, start, text, error.at), error.message)
    return null
  }
}

function placeIn(source: string, value: Node | null, start: number, text: string, index: number): number {
  const [from, end] = value?.range ?? [start, start]
  return offsetInFile(source, from, end, text, index)
}
