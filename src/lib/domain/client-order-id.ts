import assert from 'node:assert/strict'
import { parseEventId } from '#lib/kernel/event-id.ts'

/** Our id of the one order that an approval can make: `risk:42.0` -> `t-42-0`. Throws when it is not an answer of the risk gate. */
export function clientOrderIdOf(approval: string): string {
  const { source, isFact, major, n } = parseEventId(approval)
  assert(source === 'risk' && !isFact, `expected the id of an answer of risk, found ${approval}`)
  return `t-${major}-${n}`
}

/** Is this the id of an answer of the risk gate? */
export const isRiskAnswer = (id: string): boolean => riskAnswer.test(id)

/**
 * Ids of one source's answers grow with the log: negative when `a` was said before `b`, 0 when they are the same answer. So a
 * high-water mark remembers every approval that was ever used.
 */
export function compareAnswers(a: string, b: string): number {
  const left = parseEventId(a)
  const right = parseEventId(b)
  return left.major - right.major || left.n - right.n
}

/** The seq of the event that an answer is given to: all before it was known when it was given. */
export const answeredSeq = (answer: string): number => parseEventId(answer).major

/** Of the exits that follow the k-th fill of an entry: `t-42-0` -> `t-42-0-1s` for its stop, `t-42-0-1p` for its profit, `t-42-0-1m` at the market. */
export const exitOrderIdOf = (entry: string, fill: number, which: 's' | 'p'): string => `${entry}-${fill}${which}`
export const exitKinds = ['s', 'p', 'm'] as const

/** The entry and its fill that an exit follows: `t-42-0-1s2` -> `t-42-0-1`; null where the id is not one of an exit. */
export const filledBy = (exitOrderId: string): string | null => exit.exec(exitOrderId)?.[1] ?? null

/** What an exit is called however often it was sent: `t-42-0-1s2` -> `t-42-0-1s`; null where the id is not one of an exit. */
export function exitNameOf(clientOrderId: string): string | null {
  const parts = exit.exec(clientOrderId)
  return parts ? `${parts[1]}${parts[2]}` : null
}

/** The same exit sent again: `t-42-0-1s` -> `t-42-0-1s2` -> `t-42-0-1s3`. Throws when it is no exit. */
export function sentAgainAs(exitOrderId: string): string {
  const parts = exit.exec(exitOrderId)
  assert(parts !== null, `expected the id of an exit, found ${exitOrderId}`)
  return `${parts[1]}${parts[2]}${Number(parts[3] || 1) + 1}`
}

/**
 * What takes the place of an exit that its venue rejected, or ended by itself so many `times`; null where nothing does. What was ended is sent again, up to a
 * third time; a stop that cannot be kept is followed by an order at the market.
 */
export function exitInPlaceOf(exitOrderId: string, isRejected: boolean, times: number): string | null {
  const [, fill, kind] = exit.exec(exitOrderId) ?? []
  if (fill === undefined || kind === 'm') return null
  if (!isRejected && times < 3) return sentAgainAs(exitOrderId)
  return kind === 's' ? `${fill}m` : null
}

/** The approval that an id of ours derives from; null when the id is not ours. */
export function approvalOf(clientOrderId: string): string | null {
  const parts = ours.exec(clientOrderId)
  return parts ? `risk:${parts[1]}.${parts[2]}` : null
}

const riskAnswer = /^risk:\d{1,15}\.\d{1,9}$/
const exit = /^(t-\d{1,15}-\d{1,9}-\d{1,6})([spm])(\d{0,6})$/
const ours = /^t-(\d{1,15})-(\d{1,9})(?:-\d{1,6}[spm]\d{0,6})?$/
