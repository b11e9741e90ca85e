/** No time that is told is beyond it; far behind it microseconds are no safe integers. */
export const year2200Ms = Date.UTC(2200, 0, 1)
export const year2200Micros = year2200Ms * 1_000

/** An expiry in milliseconds, as venues list it; what is said to end later than that ends at no time that there is. */
export function expiresAtIn(listed: unknown): { readonly expiresAt?: number } {
  const ms = Number(listed)
  return Number.isSafeInteger(ms) && ms > 0 && ms < year2200Ms ? { expiresAt: ms * 1_000 } : {}
}
