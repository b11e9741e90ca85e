import { dayMicros } from '#lib/time/day-micros.ts'

/** A stretch of time [start, end) in microseconds UTC. */
export type Bucket = { readonly start: number; readonly end: number }

/** Says which time bar an instant belongs to; null for one that belongs to none. */
export type BucketOf = (at: number, widthUs: number) => Bucket | null

/**
 * Bars up to a day are counted from UTC midnight, and the last one of a day ends with it when the width does not divide a day; wider
 * bars are counted from 1970-01-01.
 */
export function bucketOf(at: number, widthUs: number): Bucket {
  const midnight = widthUs > dayMicros ? 0 : at - (at % dayMicros)
  const start = midnight + Math.floor((at - midnight) / widthUs) * widthUs
  const end = start + widthUs
  return { start, end: widthUs > dayMicros ? end : Math.min(end, midnight + dayMicros) }
}

/** Bars of every width are counted from 0, over all midnights. */
export function bucketFromZero(at: number, widthUs: number): Bucket {
  const start = Math.floor(at / widthUs) * widthUs
  return { start, end: start + widthUs }
}
