import { DifferenceBounds } from './difference-bounds.ts'
import type { Comparison, Condition, Operand } from './expression.ts'
import { operandRange } from './operand-range.ts'
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
  /** Of a slot that is defined in a session only: what the clock says then, by slot. */
  readonly clock?: readonly ClockBounds[]
}

/** `least <= slot <= most`, or `<` where the end is not in it. */
export type ClockBounds = {
  readonly slot: number
  readonly least: number
  readonly most: number
  readonly isOpen: boolean
}

/**
 * Whether no values at all make a condition true, as far as differences and bounds can tell: `rsi > 120`, `a > b and b > a`. A yes is a
 * proof; a no is none.
 */
export function isNeverTrue(condition: Condition, boundsOf: BoundsOf): boolean {
  const known = (slot: number) => (slot < 0 ? truth : boundsOf(slot))
  const ways = waysToBeTrue(condition, false, known)
  return ways?.every((atoms) => isContradiction(atoms, known)) ?? false
}

type BoundsOf = (slot: number) => SlotBounds
const truth: SlotBounds = { least: 0, most: 1, notAbove: [] }
/** Whether a slot is defined, 1 or 0, as a slot of its own. */
const isDefined = (slot: number): Operand => ({ op: 'value', slot: -1 - slot })

type Atom = { readonly above: Operand; readonly below: Operand; readonly isStrict: boolean }

const mostWays = 64

/** Disjunctive normal form: each way is a list of what has to hold. Null when there are too many ways. */
function waysToBeTrue(condition: Condition, isNegated: boolean, boundsOf: BoundsOf): Atom[][] | null {
  switch (condition.op) {
    case 'not':
      return waysToBeTrue(condition.of, !isNegated, boundsOf)
    case 'and':
    case 'or': {
      const left = waysToBeTrue(condition.left, isNegated, boundsOf)
      const right = waysToBeTrue(condition.right, isNegated, boundsOf)
      if (!left || !right) return null
      if ((condition.op === 'or') !== isNegated) return few([...left, ...right])
      return left.length * right.length > mostWays ? null : left.flatMap((a) => right.map((b) => [...a, ...b]))
    }
    case 'was': {
      const ways = waysToBeTrue(condition.of, isNegated, boundsOf)
      return ways?.map((atoms) => atoms.map((atom) => atomBefore(atom, condition.bars))) ?? null
    }
    case 'in':
      if (isNegated) return [[reaches(constant(0), isDefined(condition.slot))]]
      return [[reaches(isDefined(condition.slot), constant(1)), ...clockAtoms(boundsOf(condition.slot))]]
    case 'holds': {
      const held: Operand = { op: 'value', slot: condition.slot }
      return [[isNegated ? reaches(constant(0), held) : reaches(held, constant(1))]]
    }
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
const constant = (value: number): Operand => ({ op: 'number', value })

function clockAtoms({ clock = [] }: SlotBounds): Atom[] {
  return clock.flatMap(({ slot, least, most, isOpen }) => {
    const value: Operand = { op: 'value', slot }
    return [reaches(value, constant(least)), isOpen ? exceeds(constant(most), value) : reaches(constant(most), value)]
  })
}

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

function isContradiction(atoms: readonly Atom[], boundsOf: BoundsOf): boolean {
  const bounds = new DifferenceBounds()
  for (const atom of atoms) {
    const above = anchored(atom.above)
    const below = anchored(atom.below)
    bounds.atMost(below.name, above.name, above.shift - below.shift, atom.isStrict)
    for (const operand of [atom.above, atom.below]) stateBounds(bounds, operand, boundsOf)
    stateScaled(bounds, atom, boundsOf)
  }
  return isFlatAndHeld(atoms, boundsOf) || bounds.hasContradiction()
}

/** `position is flat` beside a number of the position, which is undefined then. */
function isFlatAndHeld(atoms: readonly Atom[], boundsOf: BoundsOf): boolean {
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
  const number = numberOf(operand)
  if (number !== null) return { name: zero, shift: number }
  if ((operand.op === '+' || operand.op === '-') && operand.right.op === 'number') {
    const { name, shift } = anchored(operand.left)
    return { name, shift: shift + (operand.op === '+' ? operand.right.value : -operand.right.value) }
  }
  return { name: JSON.stringify(operand), shift: 0 }
}

function stateBounds(bounds: DifferenceBounds, operand: Operand, boundsOf: BoundsOf): void {
  const { least, most } = operandRange(operand, boundsOf)
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

/** A multiple beside a number bounds what it is a multiple of: `2 * x > 100`. Divided in doubles, so a hair wider than it is, and never strict. */
function stateScaled(bounds: DifferenceBounds, { above, below }: Atom, boundsOf: BoundsOf): void {
  const [of, beside] = scaledOf(above) ? [above, below] : [below, above]
  const scaled = scaledOf(of)
  const number = numberOf(beside)
  if (!scaled || number === null) return
  const end = number / scaled.factor
  const hair = Math.abs(end) * 1e-12
  const { name, shift } = anchored(scaled.of)
  if (name === zero || !Number.isFinite(end)) return
  if ((of === above) === scaled.factor > 0) bounds.atMost(zero, name, shift - end + hair)
  else bounds.atMost(name, zero, end + hair - shift)
  stateBounds(bounds, scaled.of, boundsOf)
}

function scaledOf(operand: Operand): { readonly of: Operand; readonly factor: number } | null {
  if (operand.op === 'negate') return { of: operand.of, factor: -1 }
  if (operand.op !== '*' && operand.op !== '/') return null
  const [left, right] = [numberOf(operand.left), numberOf(operand.right)]
  if (right) return { of: operand.left, factor: operand.op === '*' ? right : 1 / right }
  return left && operand.op === '*' ? { of: operand.right, factor: left } : null
}

function numberOf(operand: Operand): number | null {
  if (operand.op === 'negate') return operand.of.op === 'number' ? -operand.of.value : null
  return operand.op === 'number' ? operand.value : null
}

/** What is never above an operand, whatever the values are. */
function notAboveOf(operand: Operand, boundsOf: BoundsOf): readonly Operand[] {
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
