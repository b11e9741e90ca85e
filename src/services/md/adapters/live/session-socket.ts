import { everLonger } from './backoff-jitter.ts'
import type { Subscriptions } from './subscriptions.ts'

/** A connection of a session; times in microseconds. */
export type SessionSocket = {
  readonly number: number
  isOpen: boolean
  openedAt: number
  heardAt: number
  /** When something of the market came; heartbeats are a sign of life only. */
  dataAt: number
  pingedAt: number
  subscriptions: Subscriptions | null
}

const ms = 1000
/** It is open within so long, or never. */
export const connectMs = 10_000
/** Something of the market comes within so many times `stallMs`. */
export const dataWithin = 6

export const newSocket = (number: number, now: number): SessionSocket => ({
  ...{ number, isOpen: false, openedAt: now, heardAt: now, dataAt: now, pingedAt: now },
  subscriptions: null,
})

export function openSocket(socket: SessionSocket, now: number, subscriptions: Subscriptions): void {
  Object.assign(socket, { isOpen: true, openedAt: now, heardAt: now, dataAt: now, pingedAt: now, subscriptions })
}

/** `idle`: connections in a row that said nothing of the market. What is seldom traded is waited for longer. */
export const stalledAt = ({ heardAt, dataAt }: SessionSocket, stallMs: number, idle: number): number =>
  Math.min(heardAt + stallMs * ms, dataAt + everLonger(dataWithin * stallMs * ms, idle))

export const pingAt = ({ heardAt, pingedAt }: SessionSocket, stallMs: number): number =>
  Math.max(heardAt, pingedAt) + (stallMs * ms) / 3

/** When something is due of it. */
export function dueOf(socket: SessionSocket, stallMs: number, idle: number): number {
  if (!socket.isOpen) return socket.openedAt + connectMs * ms
  const silence = socket.subscriptions?.dueAt() ?? Number.POSITIVE_INFINITY
  return Math.min(stalledAt(socket, stallMs, idle), pingAt(socket, stallMs), silence)
}
