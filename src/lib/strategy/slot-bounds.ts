import type { InputScope, WantedSlot } from './declared-inputs.ts'
import type { SlotBounds } from './never-true.ts'

/** What a slot can be whatever the market does: the catalogue's bounds of an indicator, low <= open, close <= high of a bar. */
export function slotBounds({ slots }: InputScope, index: number): SlotBounds {
  const slot = slots[index] as WantedSlot
  const [least, most] = rangeOf(slot)
  return { least, most, notAbove: notAbove(slots, slot), isOfPosition: 'position' in slot ? slot.position : null }
}

function rangeOf(slot: WantedSlot): readonly [number, number] {
  if ('clock' in slot) return slot.clock === 'time' ? [0, 1440] : [1, 7]
  if ('since' in slot) return [0, Number.POSITIVE_INFINITY]
  if ('position' in slot)
    return slot.position === 'side' ? [-1, 1] : slot.position === 'bars' ? [0, Number.POSITIVE_INFINITY] : anything
  if ('back' in slot) return 'truth' in slot.back ? [0, 1] : anything
  const { input, output } = slot
  switch (input.kind) {
    case 'series':
      return output === 'volume' ? [0, Number.POSITIVE_INFINITY] : anything
    case 'indicator':
      return input.indicator.bounds?.[output] ?? anything
    case 'score':
      return [0, 1]
    case 'session':
      return output === 'elapsed' || output === 'left' ? [0, 1440] : anything
    case 'broken':
      return anything
  }
}

const anything = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY] as const

/** By field of a bar: the fields that are never above it. */
const lowerFields: Readonly<Record<string, readonly string[]>> = {
  high: ['open', 'low', 'close'],
  open: ['low'],
  close: ['low'],
}

function notAbove(slots: readonly WantedSlot[], slot: WantedSlot): number[] {
  if (!('input' in slot)) return []
  return slots.flatMap((other, index) => ('input' in other && isNotAbove(other, slot) ? [index] : []))
}

type OfInput = Extract<WantedSlot, { readonly input: unknown }>

function isNotAbove(lower: OfInput, upper: OfInput): boolean {
  const isSame = lower.input === upper.input
  if (isSame && lower.output === upper.output) return false
  if (upper.input.kind === 'series' && isSame) return lowerFields[upper.output]?.includes(lower.output) === true
  return isInOrder(upper.input, lower, upper) || (!isSame && isInOrder(lower.input, lower, upper))
}

/** By what an indicator says of its outputs and of the bar that it is computed of. */
function isInOrder(by: OfInput['input'], lower: OfInput, upper: OfInput): boolean {
  if (by.kind !== 'indicator') return false
  const nameOf = ({ input, output }: OfInput) =>
    input === by ? output : input.kind === 'series' && input.name === by.of ? `bar.${output}` : null
  const [a, b] = [nameOf(lower), nameOf(upper)]
  if (a === null || b === null) return false
  // Of a bar in between: close is not above high, and high is not above the upper band.
  const chains = [
    ...(by.indicator.ascending ?? []),
    ['bar.low', 'bar.close', 'bar.high'],
    ['bar.low', 'bar.open', 'bar.high'],
  ]
  return reaches(a, b, chains)
}

function reaches(from: string, to: string, chains: readonly (readonly string[])[], seen = new Set([from])): boolean {
  if (from === to) return true
  for (const chain of chains) {
    const at = chain.indexOf(from)
    for (const next of at < 0 ? [] : chain.slice(at + 1)) {
      if (seen.has(next)) continue
      seen.add(next)
      if (reaches(next, to, chains, seen)) return true
    }
  }
  return false
}
