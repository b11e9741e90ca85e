import { isScalar } from 'yaml'
import { parseExact } from '#lib/bars/exact-decimal.ts'
import { fromUnits } from '#lib/domain/decimal.ts'
import { unsignedDecimalPattern } from '#schemas/primitives.ts'
import type { Report } from './problem.ts'
import type { Stretch } from './strategy-definition.ts'
import { type Field, startOf, writtenText } from './yaml-tree.ts'

/** An exact number above 0, as it was written. */
export function readAmount(what: string, { at, value }: Field, report: Report): string | null {
  const amount = writtenText(value)
  if (amount !== null && isAboveZero(amount)) return amount
  report.error(startOf(value, at), `${what} has to be an exact number above 0, such as 100 or 0.25`)
  return null
}

/** `25%` or `0.25` as exact text: `0.25`. Above 0, at most `most`. */
export function readShare(what: string, { at, value }: Field, most: number, report: Report): string | null {
  const text = writtenText(value) ?? ''
  const isPercent = text.endsWith('%')
  const digits = (isPercent ? text.slice(0, -1) : text).trim()
  if (isAboveZero(digits)) {
    const { units, scale } = parseExact(digits)
    const share = isPercent ? fromUnits(units, scale + 2) : digits
    if (Number(share) <= most) return share
  }
  report.error(startOf(value, at), `${what} has to be a share above 0, at most ${most * 100}%, such as 25% or 0.25`)
  return null
}

/** `20 bars`, `30m`, `3d`. */
export function readStretch(what: string, { at, value }: Field, report: Report): Stretch | null {
  const text = (writtenText(value) ?? '').trim()
  const [, bars] = /^([1-9]\d{0,4}) bars?$/.exec(text) ?? []
  if (bars !== undefined) return { text, bars: Number(bars) }
  const us = microsOf(text)
  if (us !== null) return { text, us }
  report.error(startOf(value, at), `${what} has to be a number of bars or a time, such as 20 bars, 30m or 3d`)
  return null
}

/** A whole number in a range. */
export function readCount(what: string, { at, value }: Field, most: number, report: Report): number | null {
  const count = isScalar(value) ? value.value : null
  if (typeof count === 'number' && Number.isInteger(count) && count >= 1 && count <= most) return count
  report.error(startOf(value, at), `${what} has to be a whole number from 1 to ${most}`)
  return null
}

/** `30s`, `15m`, `1h`, `1d` in microseconds; null for anything else. */
export function microsOf(text: string): number | null {
  const [, digits, unit] = /^([1-9]\d{0,5})(s|m|h|d)$/.exec(text) ?? []
  return unit === undefined ? null : Number(digits) * (unitUs[unit] as number)
}

const isAboveZero = (text: string): boolean =>
  text.length <= 64 && unsignedDecimalPattern.test(text) && /[1-9]/.test(text)

const unitUs: Readonly<Record<string, number>> = { s: 1_000_000, m: 60_000_000, h: 3_600_000_000, d: 86_400_000_000 }
