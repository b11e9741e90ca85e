/** The cells of a CSV line (RFC 4180 quoting; a quoted cell ends on its line). */
export function csvCells(line: string, delimiter: string): string[] {
  if (!line.includes('"')) return line.split(delimiter)
  const cells: string[] = []
  let at = 0
  for (;;) {
    if (line.charCodeAt(at) !== 34) {
      const end = line.indexOf(delimiter, at)
      cells.push(end < 0 ? line.slice(at) : line.slice(at, end))
      if (end < 0) return cells
      at = end + delimiter.length
      continue
    }
    let cell = ''
    at++
    for (;;) {
      const quote = line.indexOf('"', at)
      if (quote < 0) return [...cells, cell + line.slice(at)]
      cell += line.slice(at, quote)
      at = quote + 1
      if (line.charCodeAt(at) !== 34) break
      cell += '"'
      at++
    }
    cells.push(cell)
    const end = line.indexOf(delimiter, at)
    if (end < 0) return cells
    at = end + delimiter.length
  }
}
