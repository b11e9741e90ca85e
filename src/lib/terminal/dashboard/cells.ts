import { stripVTControlCharacters } from 'node:util'

/** Text in one line of exactly `width` columns: cut with an ellipsis, or filled up on the side away from `align`. */
export function cell(text: string | number | null, width: number, align: 'left' | 'right' = 'left'): string {
  const plain = stripVTControlCharacters(text === null ? '-' : String(text)).replace(/[\r\n\t]+/g, ' ')
  const cut = plain.length > width ? `${plain.slice(0, Math.max(0, width - 1))}…` : plain
  return align === 'left' ? cut.padEnd(width) : cut.padStart(width)
}

/** `1,234,567` */
export const grouped = (n: number): string => Math.round(n).toLocaleString('en-US')

/** `12:00:03Z` of microseconds UTC. */
export const clockTime = (at: number): string => `${new Date(at / 1_000).toISOString().slice(11, 19)}Z`

/** `2026-11-24 12:00:03Z` of microseconds UTC. */
export const dateTime = (at: number): string =>
  new Date(at / 1_000).toISOString().slice(0, 19).replace('T', ' ').concat('Z')

/** An amount of money, cut (not rounded) to cents for the screen. */
export const cents = (money: string): string => {
  const [whole, part = ''] = money.split('.')
  return `${(whole ?? '').replace(/\B(?=(\d{3})+$)/g, ',')}.${part.slice(0, 2).padEnd(2, '0')}`
}
