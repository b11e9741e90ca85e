import { Interval } from '#schemas/primitives.ts'
import { isBuildable } from './bar-interval.ts'

/** A width of which bars can be built. */
export const BarWidth = Interval.refine(isBuildable, 'a bar is at most 366 days wide')
