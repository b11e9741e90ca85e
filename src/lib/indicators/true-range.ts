/** How far a bar reached, the gap from the previous close included: max(h-l, |c'-h|, |c'-l|) (Wilder 1978). */
export const trueRange = (high: number, low: number, previousClose: number): number =>
  Math.max(high - low, Math.abs(previousClose - high), Math.abs(previousClose - low))
