import { nearestWords } from '#lib/terminal/nearest-words.ts'

/** `, did you mean fast?`, or nothing when no word is near. Of one or two letters any other word would be near. */
export function didYouMean(written: string, words: readonly string[]): string {
  if (written.length < 3) return ''
  const [nearest] = nearestWords(written.slice(0, 64), words)
  return nearest === undefined ? '' : `, did you mean ${nearest}?`
}
