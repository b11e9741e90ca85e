import { readFileSync } from 'node:fs'

/** What a file of JSON holds; undefined where it is no JSON. */
export function jsonIn(file: string): unknown {
  const text = readFileSync(file, 'utf8')
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
