const [quote, minus, point, zero] = [34, 45, 46, 48]

/** Behind the quote that ends the text which begins at `at`; -1 where there is an escape, or what JSON has not in its texts. */
export function plainTextEnd(text: string, at: number): number {
  if (text.charCodeAt(at) !== quote) return -1
  for (let end = at + 1; ; end++) {
    const code = text.charCodeAt(end)
    if (code === quote) return end + 1
    // Behind the end of the text there is NaN.
    if (!(code >= 32) || code === 92) return -1
  }
}

/** Behind a number without exponent; -1 where there is none. */
export function numberEnd(text: string, from: number): number {
  let at = text.charCodeAt(from) === minus ? from + 1 : from
  const whole = digitsEnd(text, at)
  if (whole === at || (whole > at + 1 && text.charCodeAt(at) === zero)) return -1
  if (text.charCodeAt(whole) !== point) return whole
  at = digitsEnd(text, whole + 1)
  return at === whole + 1 ? -1 : at
}

function digitsEnd(text: string, from: number): number {
  let at = from
  for (let code = text.charCodeAt(at); code >= 48 && code <= 57; code = text.charCodeAt(++at));
  return at
}
