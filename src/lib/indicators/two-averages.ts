/** What is wrong with the periods of a fast and a slow average; null when nothing is. */
export const fastBelowSlow = (fast: number, slow: number): string | null =>
  fast < slow ? null : `fast (${fast}) has to be smaller than slow (${slow})`
