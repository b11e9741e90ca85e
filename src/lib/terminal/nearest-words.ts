/** The words that `written` may have been meant as, nearest first: it begins them, or is a few single-letter edits away (a third of its length). */
export function nearestWords(written: string, words: readonly string[]): string[] {
  const mostEdits = Math.max(1, Math.floor(written.length / 3))
  return words
    .map((word) => ({ word, edits: word.startsWith(written) ? 0 : editsBetween(written, word) }))
    .filter(({ edits }) => edits <= mostEdits)
    .sort((a, b) => a.edits - b.edits || (a.word < b.word ? -1 : 1))
    .map(({ word }) => word)
}

// Optimal string alignment: insert, drop or change one letter, or swap two neighbours.
function editsBetween(from: string, to: string): number {
  let beforeLast: number[] = []
  let last = Array.from({ length: to.length + 1 }, (_, i) => i)
  for (let i = 1; i <= from.length; i++) {
    const row = [i]
    for (let j = 1; j <= to.length; j++) {
      const change = from[i - 1] === to[j - 1] ? 0 : 1
      let edits = Math.min(cell(last, j) + 1, cell(row, j - 1) + 1, cell(last, j - 1) + change)
      const isSwap = i > 1 && j > 1 && from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1]
      if (isSwap) edits = Math.min(edits, cell(beforeLast, j - 2) + 1)
      row.push(edits)
    }
    beforeLast = last
    last = row
  }
  return cell(last, to.length)
}

const cell = (row: readonly number[], i: number): number => row[i] as number
