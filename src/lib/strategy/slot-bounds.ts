import type { InputScope, WantedSlot } from './declared-inputs.ts'
import type { SlotBounds } from './never-true.ts'

/** What a slot can be whatever the market does: the catalogue's bounds of an indicator, low <= open, close <= high of a bar. */
export function slotBounds({ slots }: InputScope, index: number): SlotBounds {
  const slot = slots[index] as WantedSlot
  const [least, most] = rangeOf(slot)
  return { least, most, notAbove: notAbove(slots, slot) }
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
      return [0, 1440]
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
  if (!('input' in slot) || slot.input.kind !== 'series') return []
  const lower = lowerFields[slot.output] ?? []
  return slots.flatMap((other, index) =>
    'input' in other && other.input === slot.input && lower.includes(other.output) ? [index] : [],
  )
}
