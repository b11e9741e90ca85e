import { type Behind, forgetBehind, keepBehind, noneBehind } from './behind.ts'

/** What became of a number of a stream whose numbers follow each other one by one. */
export type RunStep =
  | { readonly kind: 'next'; readonly given?: readonly Missing[] }
  | { readonly kind: 'repeated' }
  /** Below the newest, and newer by its time: it was never said. Is it the exchange that counts anew? */
  | { readonly kind: 'behind' }
  | {
      readonly kind: 'restarted'
      readonly after: number
      readonly given: readonly Missing[]
      /** What was taken for repeated before it was seen. */
      readonly refused: { readonly from: number; readonly to: number } | null
    }
  | {
      readonly kind: 'gap'
      readonly from: number
      readonly to: number
      readonly given?: readonly Missing[]
      /** Of a connection that is gone, or of too many: nothing of it will come. */
      readonly isLost?: true
    }
  | { readonly kind: 'filled'; readonly closed: Missing | null }

/** Numbers that have not come yet; `left` of them are still missing. */
export type Missing = { readonly from: number; readonly to: number; left: number; readonly came: Set<number> }

/** `newestAt`: the exchange's time of `last`; those behind are said to be old, and are newer by that time. `isBroken`: the next number is the first of another connection. */
export type SequenceRun = Behind & {
  last: number | null
  /** The lowest that was told, and the exchange's time of it: what is older came before this began. Null where all below is told or given up. */
  first: { readonly number: number; readonly at: number } | null
  newestAt: number | null
  isBroken: boolean
  readonly missing: Missing[]
}

/** `last`: the newest number that was told before, and the exchange's time of it. */
export const startRun = (last: number | null = null, newestAt: number | null = null): SequenceRun => ({
  last,
  first: null,
  newestAt,
  ...noneBehind(),
  isBroken: last !== null,
  missing: [],
})

/** More open gaps than this are given up, the oldest first. */
const openMost = 16
/** A gap is given up when so many numbers have come behind it. */
const patience = 200
/** A gap into which so many have come late and which is still open was none. */
const cameMost = 10_000
/** So many below the newest number in a row, and that number is doubted: the exchange counts anew. */
export const behindMost = 20

/** Takes the next number: in order, behind a gap, late (it fills one), or said before. `at` is the exchange's time. */
export function onNumber(run: SequenceRun, number: number, at: number | null = null): RunStep {
  const { first } = run
  if (first !== null && number < first.number && at !== null && at <= first.at)
    return beforeFirst(run, first.number, number, at)
  if (run.last === null && at !== null) run.first = { number, at }
  const step = place(run, number)
  if (step.kind === 'next' || step.kind === 'gap') {
    // One without a time that is believed makes no number behind it younger or older.
    run.newestAt = at ?? run.newestAt
    forgetBehind(run, at ?? Infinity)
    run.isBroken = false
  }
  if (step.kind !== 'repeated' || at === null || run.newestAt === null || at <= run.newestAt) return step
  run.behind++
  keepBehind(run, { previous: number - 1, last: number, at })
  if (run.behind < behindMost) return behind
  const after = run.last as number
  const refused = run.behindFrom < number ? { from: run.behindFrom, to: number - 1 } : null
  Object.assign(run, { last: number, first: null, newestAt: at })
  forgetBehind(run)
  return { kind: 'restarted', after, given: run.missing.splice(0), refused }
}

function place(run: SequenceRun, number: number): RunStep {
  const { last } = run
  if (last === null || number === last + 1) {
    run.last = number
    const [oldest] = run.missing
    if (oldest === undefined || number <= oldest.to + patience) return next
    return { kind: 'next', given: [run.missing.shift() as Missing] }
  }
  if (number > last) {
    run.last = number
    if (run.isBroken) return { kind: 'gap', from: last + 1, to: number - 1, isLost: true }
    run.missing.push({ from: last + 1, to: number - 1, left: number - 1 - last, came: new Set() })
    const given = run.missing.length > openMost ? [run.missing.shift() as Missing] : undefined
    return { kind: 'gap', from: last + 1, to: number - 1, given }
  }
  const gap = run.missing.find(({ from, to }) => from <= number && number <= to)
  if (gap === undefined || gap.came.has(number)) return repeated
  gap.came.add(number)
  gap.left--
  if (gap.left > 0 && gap.came.size < cameMost) return { kind: 'filled', closed: null }
  run.missing.splice(run.missing.indexOf(gap), 1)
  return { kind: 'filled', closed: gap }
}

/** It came late, and nothing as old was told before: it is the first now. */
function beforeFirst(run: SequenceRun, before: number, number: number, at: number): RunStep {
  run.first = { number, at }
  if (number === before - 1) return { kind: 'filled', closed: null }
  const [from, to] = [number + 1, before - 1]
  if (run.missing.length >= openMost) return { kind: 'gap', from, to, isLost: true }
  run.missing.unshift({ from, to, left: before - from, came: new Set() })
  return { kind: 'gap', from, to }
}

/**
 * The gaps that are still open, given up, and what was refused as behind: nothing more of them is expected, nor of what is missing before the
 * next number.
 */
export function endRun(run: SequenceRun): { missing: Missing[]; refused: { from: number; to: number } | null } {
  run.isBroken = true
  const { behindFrom: from, behindTo: to } = run
  // Should more of them come, what is lost until then begins behind these.
  if (from <= to) run.behindFrom = to + 1
  return { missing: run.missing.splice(0), refused: from <= to ? { from, to } : null }
}

const next: RunStep = { kind: 'next' }
const repeated: RunStep = { kind: 'repeated' }
const behind: RunStep = { kind: 'behind' }
