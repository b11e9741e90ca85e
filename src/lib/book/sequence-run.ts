/** What became of a number of a stream whose numbers follow each other one by one. */
export type RunStep =
  | { readonly kind: 'next'; readonly given?: readonly Missing[] }
  | { readonly kind: 'repeated' }
  | { readonly kind: 'gap'; readonly from: number; readonly to: number; readonly given?: readonly Missing[] }
  | { readonly kind: 'filled'; readonly closed: Missing | null }

/** Numbers that have not come yet; `left` of them are still missing. */
export type Missing = { readonly from: number; readonly to: number; left: number; readonly came: number[] }

export type SequenceRun = { last: number | null; readonly missing: Missing[] }

export const startRun = (): SequenceRun => ({ last: null, missing: [] })

/** More open gaps than this are given up, the oldest first. */
const openMost = 16
/** A gap is given up when so many numbers have come behind it. */
const patience = 200

/** Takes the next number: in order, behind a gap, late (it fills one), or said before. */
export function onNumber(run: SequenceRun, number: number): RunStep {
  const { last } = run
  if (last === null || number === last + 1) {
    run.last = number
    const [oldest] = run.missing
    if (oldest === undefined || number <= oldest.to + patience) return next
    return { kind: 'next', given: [run.missing.shift() as Missing] }
  }
  if (number > last) {
    run.last = number
    run.missing.push({ from: last + 1, to: number - 1, left: number - 1 - last, came: [] })
    const given = run.missing.length > openMost ? [run.missing.shift() as Missing] : undefined
    return { kind: 'gap', from: last + 1, to: number - 1, given }
  }
  const gap = run.missing.find(({ from, to }) => from <= number && number <= to)
  if (gap === undefined || gap.came.includes(number)) return repeated
  gap.came.push(number)
  gap.left--
  if (gap.left > 0) return { kind: 'filled', closed: null }
  run.missing.splice(run.missing.indexOf(gap), 1)
  return { kind: 'filled', closed: gap }
}

/** The gaps that are still open, given up: nothing more is expected. */
export const endRun = (run: SequenceRun): Missing[] => run.missing.splice(0)

const next: RunStep = { kind: 'next' }
const repeated: RunStep = { kind: 'repeated' }
