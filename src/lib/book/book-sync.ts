import { type Behind, forgetBehind, keepBehind, noneBehind, type Update } from './behind.ts'
import { behindMost } from './sequence-run.ts'

/**
 * What follows from an update or a snapshot. `apply` are to be said in this order; `opened` and `closed` are holes in the sequence, both ends
 * included; `isSnapshotWanted`: only a snapshot helps, where none is on its way.
 */
export type SyncStep<U extends Update> = {
  readonly apply: readonly U[]
  readonly takesSnapshot?: true
  /** `covered`: the snapshot holds it already; `unneeded`: a snapshot of a book that is whole. */
  readonly dropped?: 'repeated' | 'late' | 'covered' | 'stale_snapshot' | 'unneeded'
  /** Said in this order: `opened`, `closed`, what is applied, `reopened`. */
  readonly opened?: Hole
  readonly reopened?: Hole
  readonly closed?: Hole & { readonly how: 'filled' | 'snapshot' | 'lost' }
  /** The exchange counts anew: what is told from here on has lower numbers than before. */
  readonly restarted?: { readonly after: number; readonly at: number }
  /** What was refused before that was seen: a gap that is lost at once. */
  readonly refused?: Hole
  readonly isSnapshotWanted?: true
}
export type Hole = { readonly from: number; readonly to: number }

/** How an exchange has snapshot and updates put together. */
export type SyncRule = {
  /** The update that ends exactly with the snapshot is the first to be applied, as for Binance's futures. */
  readonly repeatsLast: boolean
  /** A snapshot comes in the stream, in its place; otherwise it is fetched beside it. */
  readonly isSnapshotInStream: boolean
  /** Snapshots are counted one by one: the next number misses nothing. */
  readonly countsSnapshots?: boolean
}

/** Follows one book by its exchange's sequence numbers. */
export type BookSync<U extends Update> = Behind & {
  /** The newest update that was let through; null before the first. */
  last: number | null
  /** Updates up to here are in the newest snapshot. */
  coveredTo: number
  /** Holds updates back until a snapshot stands under them. */
  isWaiting: boolean
  held: U[]
  hole: Hole | null
  /** `last` was let through before this start: only a snapshot makes a book of what follows it. */
  isResumed: boolean
  /** Everything up to here was told before the newest update. */
  before: number
  /** Snapshots in a row that ended before what is held. */
  shortSnapshots: number
  /** Updates up to the first snapshot, which is `firstTo`, that are not said: no hole says so. Who follows the book counts them down. */
  early: number
  firstTo: number
}

/** `isBlind`: no snapshot will come, so that the first update is let through as it is. `last`: what was let through before this start. */
export const startSync = <U extends Update>(isBlind: boolean, last: number | null = null): BookSync<U> => ({
  last,
  coveredTo: -1,
  isWaiting: !isBlind,
  held: [],
  hole: null,
  isResumed: last !== null,
  ...noneBehind(),
  before: last ?? -1,
  shortSnapshots: 0,
  early: 0,
  firstTo: -1,
})

/** Where a stream holds back more than this, it asks again and forgets the oldest: what is forgotten is in the hole. */
const heldMost = 20_000
/** What is held beyond so many snapshots in a row is not waited for any longer. */
const shortSnapshotsMost = 5

/**
 * An update came. `canWait`: a snapshot will come, or is to be asked for; without one the stream goes on behind a hole, which stays open.
 */
export function onUpdate<U extends Update>(
  sync: BookSync<U>,
  update: U,
  rule: SyncRule,
  canWait: boolean,
): SyncStep<U> {
  const { last } = sync
  if (last !== null && update.last <= last) return onOld(sync, update, rule, canWait)
  forgetBehind(sync, update.at)
  if (!sync.isWaiting && (last === null || update.previous <= last)) {
    sync.before = last ?? update.previous
    sync.last = update.last
    return { apply: [update] }
  }
  if (sync.isWaiting) return hold(sync, update, canWait)
  const opened = { from: (last as number) + 1, to: update.previous }
  sync.hole = opened
  if (!canWait) {
    sync.before = update.previous
    sync.last = update.last
    return { apply: [update], opened }
  }
  sync.isWaiting = true
  sync.held = [update]
  return { apply: nothing, opened, isSnapshotWanted: true }
}

/** A snapshot came that holds everything up to `id`. */
export function onSnapshot<U extends Update>(sync: BookSync<U>, id: number, rule: SyncRule): SyncStep<U> {
  const { last, held, hole, isWaiting } = sync
  if (!isWaiting && last !== null && !rule.isSnapshotInStream) return { apply: nothing, dropped: 'unneeded' }
  if (last !== null && id < last && sync.behind >= behindMost) return restart(sync, last, id)
  const next = held.filter((update) => (rule.repeatsLast ? update.last >= id : update.last > id))
  const [first] = next
  const isBelow = last !== null && id < last
  const isShort = first !== undefined && first.previous > id
  if (isBelow) sync.behind++
  if (isShort) sync.shortSnapshots++
  if (isBelow || (isShort && sync.shortSnapshots < shortSnapshotsMost))
    return { apply: nothing, dropped: 'stale_snapshot', ...(isWaiting ? { isSnapshotWanted: true } : {}) }
  sync.shortSnapshots = 0
  // One that is fetched may be of before the exchange counted anew: what the stream says goes on below it.
  if (rule.isSnapshotInStream && id !== last) forgetBehind(sync)
  sync.isResumed = false
  const { run, rest } = isShort ? { run: [], rest: [] } : runFrom(id, next)
  if (last === null) {
    const early = held.slice(0, held.length - run.length - rest.length)
    sync.early += early.length
    sync.firstTo = id
    // The snapshot may be of before the exchange counted anew.
    for (const update of early) keepBehind(sync, update)
  }
  // Everything between what was let through last and the snapshot is only in the snapshot.
  const isNext = last === null || id <= last || (rule.countsSnapshots === true && id === last + 1)
  const lost = hole ?? (isNext ? null : { from: last + 1, to: id })
  const closed =
    lost === null ? {} : { closed: { from: lost.from, to: Math.max(lost.to, id), how: 'snapshot' as const } }
  const saidNow = hole === null && lost !== null ? { opened: lost } : {}
  sync.last = Math.max(id, run.at(-1)?.last ?? id)
  sync.before = sync.last
  sync.coveredTo = run.some((update) => update.last === id) ? id - 1 : id
  sync.isWaiting = rest.length > 0
  sync.held = rest
  sync.hole = null
  const after = rest[0]
  if (after === undefined) return { apply: run, takesSnapshot: true, ...saidNow, ...closed }
  // Updates were lost while the snapshot was on its way.
  sync.hole = { from: sync.last + 1, to: after.previous }
  return { apply: run, takesSnapshot: true, ...saidNow, ...closed, reopened: sync.hole, isSnapshotWanted: true }
}

/** The connection is gone: what comes next does not follow what came before. */
export function onDisconnect<U extends Update>(sync: BookSync<U>): void {
  sync.isWaiting = true
  if (sync.last === null) sync.early += sync.held.length
  sync.held = []
}

const nothing: readonly never[] = Object.freeze([])

function hold<U extends Update>(sync: BookSync<U>, update: U, canWait: boolean): SyncStep<U> {
  const { last, held } = sync
  const at = held.findLastIndex((one) => one.last <= update.last)
  if (held[at]?.last === update.last) return { apply: nothing, dropped: 'repeated' }
  held.splice(at + 1, 0, update)
  const isNext = last !== null && (held[0] as U).previous <= last
  if (isNext && !sync.isResumed) return fill(sync, last)
  const opened = last === null || isNext || sync.hole !== null ? null : { from: last + 1, to: (held[0] as U).previous }
  if (opened !== null) sync.hole = opened
  if (held.length > heldMost && held.shift() !== undefined && last === null) sync.early++
  const wish = canWait ? ({ isSnapshotWanted: true } as const) : {}
  return opened === null ? { apply: nothing, ...wish } : { apply: nothing, opened, ...wish }
}

/** What was missing came late, or its beginning: everything that now follows without a hole goes on. */
function fill<U extends Update>(sync: BookSync<U>, last: number): SyncStep<U> {
  const { run, rest } = runFrom(last, sync.held)
  const { hole } = sync
  sync.last = run.at(-1)?.last ?? last
  sync.before = sync.last
  sync.held = rest
  sync.isWaiting = rest.length > 0
  sync.hole = null
  const closed =
    hole === null ? {} : { closed: { from: hole.from, to: Math.min(hole.to, sync.last), how: 'filled' as const } }
  const after = rest[0]
  if (after === undefined) return { apply: run, ...closed }
  sync.hole = { from: sync.last + 1, to: after.previous }
  return { apply: run, ...closed, reopened: sync.hole }
}

/** The updates that follow `from` without a hole, and those behind the next one. */
function runFrom<U extends Update>(from: number, held: readonly U[]): { run: U[]; rest: U[] } {
  let last = from
  let i = 0
  for (; i < held.length; i++) {
    const update = held[i] as U
    if (update.previous > last) break
    last = Math.max(last, update.last)
  }
  return { run: held.slice(0, i), rest: held.slice(i) }
}

/** Nothing has come above `last` for long, and the snapshot is below it too: the exchange counts anew, or `last` never was. */
function restart<U extends Update>(sync: BookSync<U>, last: number, id: number): SyncStep<U> {
  const step = { ...beginAnew(sync, last, id, id), apply: nothing, takesSnapshot: true } as const
  Object.assign(sync, { last: id, coveredTo: id, before: id })
  return step
}

/** Nothing is known any longer but that what was refused, up to `to`, was not told. */
function beginAnew<U extends Update>(sync: BookSync<U>, last: number, at: number, to: number) {
  const { hole, before, behindFrom } = sync
  // Where `last` never was, what it followed was told.
  const from = before < to ? Math.max(behindFrom, before + 1) : behindFrom
  Object.assign(sync, startSync<U>(true))
  const closed = hole === null ? {} : { closed: { ...hole, how: 'lost' as const } }
  return { restarted: { after: last, at }, ...closed, ...(from <= to ? { refused: { from, to } } : {}) }
}

/** What ends no later than what was let through last. */
function onOld<U extends Update>(sync: BookSync<U>, update: U, rule: SyncRule, canWait: boolean): SyncStep<U> {
  sync.behind++
  keepBehind(sync, update)
  // They are what only the newest update held, which therefore never was; no snapshot says where the book is.
  if (!canWait && sync.behind >= behindMost && sync.behindFrom > sync.before) {
    const step = { ...beginAnew(sync, sync.last as number, update.last, update.previous), apply: [update] }
    Object.assign(sync, { last: update.last, before: update.previous })
    return step
  }
  const step = ofOld(sync, update, rule)
  if (!canWait || step.apply.length > 0 || (!sync.isWaiting && sync.behind < behindMost)) return step
  sync.isWaiting = true
  return { ...step, isSnapshotWanted: true }
}

function ofOld<U extends Update>(sync: BookSync<U>, update: U, rule: SyncRule): SyncStep<U> {
  if (update.last > sync.coveredTo) return { apply: nothing, dropped: update.last === sync.last ? 'repeated' : 'late' }
  if (!rule.repeatsLast || update.last < sync.coveredTo || update.last !== sync.last) {
    if (update.last <= sync.firstTo) sync.early++
    return { apply: nothing, dropped: 'covered' }
  }
  sync.coveredTo--
  return { apply: [update] }
}
