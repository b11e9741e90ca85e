import { DifferenceBounds } from './difference-bounds.ts'
import type { Comparison, Condition, Operand } from './expression.ts'
import type { PositionField } from './strategy-slot.ts'

/**
 * What is known of a slot without any data: the least and the largest that it can be, and slots that are never above it. Of a field of the position
 * which: but for the side they are undefined while flat.
 */
export type SlotBounds = {
  readonly least: number
  readonly most: number
  readonly notAbove: readonly number[]
  readonly isOfPosition?: PositionField | null
}

/**
 * Whether no values at all make a condition true, as far as differences and bounds can tell: `rsi > 120`, `a > b and b > a`. A yes is a
 * proof; a no is none.
 */
export function isNeverTrue(condition: Condition, boundsOf: (slot: number) => SlotBounds): boolean {
  const ways = waysToBeTrue(condition, false)
  return ways?.every((atoms) => isContradiction(atoms, boundsOf)) ?? false
}

type Atom = { readonly above: Operand; readonly below: Operand; readonly isStrict: boolean }

const mostWays = 64

/** Disjunctive normal form: each way is a list of what has to hold. Null when there are too many ways. */
function waysToBeTrue(condition: Condition, isNegated: boolean): Atom[][] | null {
  switch (condition.op) {
    case 'not':
      return waysToBeTrue(condition.of, !isNegated)
    case 'and':
    case 'or': {
      const left = waysToBeTrue(condition.left, isNegated)
      const right = waysToBeTrue(condition.right, isNegated)
      if (!left || !right) return null
      if ((condition.op === 'or') !== isNegated) return few([...left, ...right])
      return left.length * right.length > mostWays ? null : left.flatMap((a) => right.map((b) => [...a, ...b]))
    }
    case 'was': {
      const ways = waysToBeTrue(condition.of, isNegated)
      return ways?.map((atoms) => atoms.map((atom) => atomBefore(atom, condition.bars))) ?? null
    }
    case 'in':
    case 'holds':
      return [[]]
    case 'between': {
      const { of, low, high } = condition
      if (isNegated) return [[exceeds(low, of)], [exceeds(of, high)]]
      return [[reaches(of, low), reaches(high, of)]]
    }
    case 'rising':
    case 'falling': {
      if (isNegated) return [[]]
      const before = past(condition.of, 1)
      return [[condition.op === 'rising' ? exceeds(condition.of, before) : exceeds(before, condition.of)]]
    }
    case 'crosses above':
    case 'crosses below': {
      if (isNegated) return [[]]
      const isUp = condition.op === 'crosses above'
      const [top, bottom] = isUp ? [condition.left, condition.right] : [condition.right, condition.left]
      return [[exceeds(top, bottom), reaches(past(bottom, 1), past(top, 1))]]
    }
    default:
      return comparedWays(condition, isNegated)
  }
}

function comparedWays({ op, left, right }: Comparison, isNegated: boolean): Atom[][] {
  switch (op) {
    case '>':
      return [[isNegated ? reaches(right, left) : exceeds(left, right)]]
    case '>=':
      return [[isNegated ? exceeds(right, left) : reaches(left, right)]]
    case '<':
      return [[isNegated ? reaches(left, right) : exceeds(right, left)]]
    case '<=':
      return [[isNegated ? exceeds(left, right) : reaches(right, left)]]
    default: {
      const isEqual = (op === '==') !== isNegated
      return isEqual ? [[reaches(left, right), reaches(right, left)]] : [[exceeds(left, right)], [exceeds(right, left)]]
    }
  }
}

const few = (ways: Atom[][]): Atom[][] | null => (ways.length > mostWays ? null : ways)
const exceeds = (above: Operand, below: Operand): Atom => ({ above, below, isStrict: true })
const reaches = (above: Operand, below: Operand): Atom => ({ above, below, isStrict: false })

/** The same some bars earlier; earlier twice is earlier once. */
function past(of: Operand, bars: number): Operand {
  if (of.op === 'number') return of
  return of.op === 'past' ? { op: 'past', of: of.of, bars: of.bars + bars } : { op: 'past', of, bars }
}

const atomBefore = ({ above, below, isStrict }: Atom, bars: number): Atom => ({
  above: past(above, bars),
  below: past(below, bars),
  isStrict,
})

const zero = '0'

function isContradiction(atoms: readonly Atom[], boundsOf: (slot: number) => SlotBounds): boolean {
  const bounds = new DifferenceBounds()
  for (const atom of atoms) {
    const above = anchored(atom.above)
    const below = anchored(atom.below)
    bounds.atMost(below.name, above.name, above.shift - below.shift, atom.isStrict)
    for (const operand of [atom.above, atom.below]) stateBounds(bounds, operand, boundsOf)
  }
  return isFlatAndHeld(atoms, boundsOf) || bounds.hasContradiction()
}

/** `position is flat` beside a number of the position, which is undefined then. */
function isFlatAndHeld(atoms: readonly Atom[], boundsOf: (slot: number) => SlotBounds): boolean {
  const fieldOf = (operand: Operand) => (operand.op === 'value' ? boundsOf(operand.slot).isOfPosition : null)
  const isZero = (operand: Operand) => operand.op === 'number' && operand.value === 0
  const isFlat =
    atoms.some(({ above, below }) => fieldOf(above) === 'side' && isZero(below)) &&
    atoms.some(({ above, below }) => isZero(above) && fieldOf(below) === 'side')
  const isHeld = (operand: Operand) => (fieldOf(operand) ?? 'side') !== 'side'
  return isFlat && atoms.some(({ above, below }) => isHeld(above) || isHeld(below))
}

/** An operand as a name and what is added to it: `x + 2`, `5` is zero and 5. */
function anchored(operand: Operand): { readonly name: string; readonly shift: number } {
  if (operand.op === 'number') return { name: zero, shift: operand.value }
  if (operand.op === 'negate' && operand.of.op === 'number') return { name: zero, shift: -operand.of.value }
  if ((operand.op === '+' || operand.op === '-') && operand.right.op === 'number') {
    const { name, shift } = anchored(operand.left)
    return { name, shift: shift + (operand.op === '+' ? operand.right.value : -operand.right.value) }
  }
  return { name: JSON.stringify(operand), shift: 0 }
}

function stateBounds(bounds: DifferenceBounds, operand: Operand, boundsOf: (slot: number) => SlotBounds): void {
  const { least, most } = rangeOf(operand, boundsOf)
  const { name, shift } = anchored(operand)
  if (name === zero) return
  bounds.atMost(name, zero, most - shift)
  bounds.atMost(zero, name, shift - least)
  for (const lower of notAboveOf(operand, boundsOf)) state(lower, operand)
  for (const upper of notBelowOf(operand)) state(operand, upper)
  function state(lower: Operand, upper: Operand): void {
    const [a, b] = [anchored(lower), anchored(upper)]
    bounds.atMost(a.name, b.name, b.shift - a.shift)
    if (lower !== operand) stateBounds(bounds, lower, boundsOf)
    if (upper !== operand) stateBounds(bounds, upper, boundsOf)
  }
}

/** What is never above an operand, whatever the values are. */
function notAboveOf(operand: Operand, boundsOf: (slot: number) => SlotBounds): readonly Operand[] {
  switch (operand.op) {
    case 'value':
      return boundsOf(operand.slot).notAbove.map((slot) => ({ op: 'value', slot }))
    case 'past':
      return notAboveOf(operand.of, boundsOf).map((of) => past(of, operand.bars))
    case 'window':
      return operand.name === 'highest' ? inWindow(operand) : []
    case 'call':
      return operand.name === 'max' ? operand.args : []
    default:
      return []
  }
}

function notBelowOf(operand: Operand): readonly Operand[] {
  switch (operand.op) {
    case 'past':
      return notBelowOf(operand.of).map((of) => past(of, operand.bars))
    case 'window':
      return operand.name === 'lowest' ? inWindow(operand) : []
    case 'call':
      return operand.name === 'min' ? operand.args : []
    default:
      return []
  }
}

/** The newest of a window; one more is enough for what people write. */
const inWindow = ({ of, bars }: Operand & { op: 'window' }): Operand[] => (bars > 1 ? [of, past(of, 1)] : [of])

type Range = { readonly least: number; readonly most: number }
const anything: Range = { least: Number.NEGATIVE_INFINITY, most: Number.POSITIVE_INFINITY }

function rangeOf(operand: Operand, boundsOf: (slot: number) => SlotBounds): Range {
  switch (operand.op) {
    case 'number':
      return { least: operand.value, most: operand.value }
    case 'value':
      return boundsOf(operand.slot)
    case 'negate': {
      const { least, most } = rangeOf(operand.of, boundsOf)
      return { least: -most, most: -least }
    }
    case 'past':
      return rangeOf(operand.of, boundsOf)
    case '+': {
      const left = rangeOf(operand.left, boundsOf)
      const right = rangeOf(operand.right, boundsOf)
      return { least: left.least + right.least, most: left.most + right.most }
    }
    case '-': {
      const left = rangeOf(operand.left, boundsOf)
      const right = rangeOf(operand.right, boundsOf)
      return { least: left.least - right.most, most: left.most - right.least }
    }
    case '*':
    case '/':
      return anything
    case 'call':
      return operand.name === 'abs' || operand.name === 'sqrt' ? { least: 0, most: Number.POSITIVE_INFINITY } : anything
    case 'window':
      return operand.name === 'deviation' ? { least: 0, most: Number.POSITIVE_INFINITY } : rangeOf(operand.of, boundsOf)
  }
}
