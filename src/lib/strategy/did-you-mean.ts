import { nearestWords } from '#lib/terminal/nearest-words.ts'

/** `, did you mean fast?`, or nothing when no word is near. */
export function didYouMean(written: string, words: readonly string[]): string {
  const [nearest] = nearestWords(written.slice(0, 64), words)
  return nearest === undefined ? '' : `, did you mean ${nearest}?`
}
