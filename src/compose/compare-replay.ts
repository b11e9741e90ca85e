import { createHash } from 'node:crypto'
import { readLog } from '#lib/journal/read-log.ts'
import { factsOfRun } from './recorded-run.ts'

export type ReplaySummary = {
  readonly events: number
  /** What entered from outside. */
  readonly facts: number
  /** Are they all, and only, those of the recorded run? */
  readonly isWhole: boolean
  readonly contentHash: string
  readonly recordedHash: string
  /** Is every event of the log, answers too, that of the recorded run? So it is for a backtest. */
  readonly isSame: boolean
}

/** Compares a replay with the run that it was of. */
export function compareReplay(recorded: string, replayed: string): ReplaySummary {
  const [facts, again] = [factsIn(recorded), factsIn(replayed)]
  const [then, now] = [hashOf(recorded), hashOf(replayed)]
  return {
    events: now.events,
    facts: again.facts,
    isWhole: facts.hash === again.hash,
    contentHash: now.hash,
    recordedHash: then.hash,
    isSame: then.hash === now.hash,
  }
}

function factsIn(folder: string): { readonly facts: number; readonly hash: string } {
  const hash = createHash('sha256')
  let facts = 0
  for (const { body } of factsOfRun(folder)) {
    hash.update(`${body}\n`)
    facts++
  }
  return { facts, hash: hash.digest('hex') }
}

function hashOf(folder: string): { readonly events: number; readonly hash: string } {
  const hash = createHash('sha256')
  let events = 0
  for (const { content } of readLog(folder)) {
    hash.update(`${content}\n`)
    events++
  }
  return { events, hash: hash.digest('hex') }
}
