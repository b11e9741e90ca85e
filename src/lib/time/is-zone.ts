import { wallClock } from './time-zone.ts'

/** Whether it is a zone that times can be read in here: an IANA name, `UTC`, or a fixed offset. */
export function isZone(zone: string): boolean {
  try {
    wallClock(zone)(0)
    return zone.length > 0 && zone.length <= 64
  } catch (error) {
    if (error instanceof RangeError) return false
    throw error
  }
}
