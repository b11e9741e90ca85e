/** What one connection carries; a number is given once. */
export type Share = { readonly number: number; readonly symbols: readonly string[] }

/** Spreads symbols over connections of so many at most: what is there stays where it is, what is new goes where there is room, and a connection without any is given up. */
export function shareSymbols(most: number): (wanted: readonly string[]) => readonly Share[] {
  let shares: Share[] = []
  let newest = 0
  return (wanted) => {
    const left = new Set(wanted)
    const kept = shares.map(({ number, symbols }) => ({ number, symbols: symbols.filter((one) => left.delete(one)) }))
    const fresh = [...left]
    const filled = kept.map(({ number, symbols }) => ({
      number,
      symbols: [...symbols, ...fresh.splice(0, most - symbols.length)],
    }))
    while (fresh.length > 0) filled.push({ number: ++newest, symbols: fresh.splice(0, most) })
    shares = filled.filter(({ symbols }) => symbols.length > 0)
    return shares
  }
}
