import { type Delay, hasDelayed, passThrough, startDelay } from './delay.ts'

/** A value beside the one of n values before. */
export type ChangeOver = { readonly before: Delay; now: number; earlier: number }

export const startChange = (bars: number): ChangeOver => ({ before: startDelay(bars), now: 0, earlier: 0 })

export function addToChange(state: ChangeOver, x: number): void {
  state.earlier = passThrough(state.before, x)
  state.now = x
}

export const hasChange = ({ before }: ChangeOver): boolean => hasDelayed(before)

/** now/earlier - 1, never minus zero; 0 if there was nothing, as in TA-Lib. */
export const relativeChange = (now: number, earlier: number): number =>
  earlier === 0 ? 0 : (now - earlier) / earlier + 0
