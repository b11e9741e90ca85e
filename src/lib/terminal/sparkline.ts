/** The newest `width` numbers as blocks between their lowest and highest. */
export function sparkline(numbers: readonly number[], width: number): string {
  const shown = numbers.slice(-width)
  const low = Math.min(...shown)
  const range = Math.max(...shown) - low
  return shown.map((n) => blocks[range === 0 ? 3 : Math.round(((n - low) / range) * 7)]).join('')
}

/** All of a curve in at most `width` blocks: the last number of each of as many parts, the very last included. */
export function curve(numbers: readonly number[], width: number): string {
  const parts = Math.min(width, numbers.length)
  const ends = Array.from(
    { length: parts },
    (_, n) => numbers[Math.ceil(((n + 1) * numbers.length) / parts) - 1] as number,
  )
  return sparkline(ends, width)
}

const blocks = '▁▂▃▄▅▆▇█'
