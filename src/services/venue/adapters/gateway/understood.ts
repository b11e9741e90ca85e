import type { z } from 'zod'
import type { Answer } from './real-venue.ts'

/** What an exchange has told, read by its schema; what does not fit it proves nothing. */
export function understood<S extends z.ZodType, T>(
  told: unknown,
  schema: S,
  read: (value: z.infer<S>) => T,
): Answer<T> {
  const known = schema.safeParse(told)
  if (!known.success) {
    const [issue] = known.error.issues
    return notUnderstood(`${issue?.path.join('.')} ${issue?.message}`)
  }
  try {
    return { kind: 'done', value: read(known.data) }
  } catch (error) {
    // A number that is none.
    return notUnderstood((error as Error).message)
  }
}

export const notUnderstood = (what: string): Answer<never> => nothing(`its answer is not understood: ${what}`)

export const nothing = (reason: string, waitMs = 250): Answer<never> => ({ kind: 'nothing', reason, waitMs })

/** So long an exchange that answers what cannot be is left alone. */
const faultyMs = 2_000

/** What cannot be so however often it is asked: somebody has to be told. [G43] */
export const faulty = (reason: string): Answer<never> => ({ kind: 'nothing', reason, waitMs: faultyMs, isFaulty: true })

/** It was not sent: the limit of requests leaves no room for it before `waitMs`. [G24] */
export const heldBack = (waitMs: number): Answer<never> => ({
  kind: 'nothing',
  reason: 'the limit of requests',
  waitMs,
  isHeldBack: true,
})

export const isHeldBack = (answer: Answer<unknown> | null): boolean =>
  answer?.kind === 'nothing' && answer.isHeldBack === true

/** What nobody foresaw in what an exchange says, in words. */
export const unforeseen = (thrown: unknown): string =>
  `what it says is not understood: ${thrown instanceof Error ? thrown.message : 'an error that is none'}`
