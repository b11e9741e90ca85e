/** A backtest written down plainly: an EMA(10/20) cross, always in the market after the first, no code of the project. Doubles throughout. */
export type PlainBar = { readonly open: number; readonly close: number }
export type PlainFill = [side: 'buy' | 'sell', quantity: number, price: number]
export type PlainFillPrice = 'same-close' | 'next-open' | 'next-close'
export type PlainTerms = { readonly cash: number; readonly quantity: number; readonly feeBps: number }

/** Where the target becomes long (1) or short (-1), per bar; 0 where nothing changes. */
export function plainCrosses(closes: readonly number[]): number[] {
  const average = (n: number) => {
    let [seen, value] = [0, 0]
    return (x: number) => {
      seen++
      value = seen <= n ? value + x / n : value + (2 / (n + 1)) * (x - value)
      return seen < n ? Number.NaN : value
    }
  }
  const [fast, slow] = [average(10), average(20)]
  let [before, target] = [Number.NaN, 0]
  return closes.map((close) => {
    const gap = fast(close) - slow(close)
    const crossed = before <= 0 && gap > 0 ? 1 : before >= 0 && gap < 0 ? -1 : 0
    before = gap
    if (crossed === 0 || crossed === target) return 0
    target = crossed
    return target
  })
}

/** Trades at the close of the bar that decided, or at the open or the close of the one after it; `isLastTraded`: orders may fill on the last bar. */
export function plainBacktest(
  bars: readonly PlainBar[],
  fill: PlainFillPrice,
  terms: PlainTerms,
  isLastTraded: boolean,
): { fills: PlainFill[]; equity: number } {
  const fills: PlainFill[] = []
  let [cash, position] = [terms.cash, 0]
  const last = bars.length - (isLastTraded ? 1 : 2)
  plainCrosses(bars.map(({ close }) => close)).forEach((target, i) => {
    const at = fill === 'same-close' ? i : i + 1
    if (target === 0 || at > last) return
    const price = bars[at]?.[fill === 'next-open' ? 'open' : 'close'] as number
    const change = target * terms.quantity - position
    cash -= change * price + Math.abs(change) * price * terms.feeBps * 1e-4
    position += change
    fills.push([change > 0 ? 'buy' : 'sell', Math.abs(change), price])
  })
  return { fills, equity: cash + position * (bars.at(-1)?.close as number) }
}
