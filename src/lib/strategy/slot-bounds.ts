import type { InputScope, WantedSlot } from './declared-inputs.ts'
import type { ClockBounds, SlotBounds } from './never-true.ts'

/** What a slot can be whatever the market does: the catalogue's bounds of an indicator, low <= open, close <= high of a bar. */
export function slotBounds(scope: InputScope, index: number): SlotBounds {
  const { slots, inputs } = scope
  const slot = slots[index] as WantedSlot
  const [least, most] = rangeOf(slot, inputs)
  return {
    least,
    most,
    notAbove: notAbove(scope, slot),
    isOfPosition: 'position' in slot ? slot.position : null,
    clock: clockIn(slot, scope),
  }
}

/** In a session of hours that is told in the zone of the file the clock is within them. */
function clockIn(slot: WantedSlot, { slots, zone }: InputScope): ClockBounds[] {
  if (!('input' in slot) || slot.input.kind !== 'session') return []
  const { session } = slot.input
  if (!('zone' in session) || session.zone !== zone) return []
  const { from, to, days } = session
  return slots.flatMap((one, index): ClockBounds[] => {
    if (!('clock' in one)) return []
    if (one.clock === 'time') return [{ slot: index, least: from, most: to, isOpen: true }]
    return [{ slot: index, least: Math.min(...days), most: Math.max(...days), isOpen: false }]
  })
}

function rangeOf(slot: WantedSlot, inputs: InputScope['inputs']): readonly [number, number] {
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
      return mayCross(input, inputs) ? anything : (input.indicator.bounds?.[output] ?? anything)
    case 'score':
      return [0, 1]
    case 'session':
      if (output !== 'elapsed' && output !== 'left') return anything
      return [0, 'to' in input.session ? input.session.to - input.session.from : 1440]
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

/** Of quotes: the bid of a crossed book is above its ask, and so may be what reads both. */
function mayCross(input: OfInput['input'], inputs: InputScope['inputs']): boolean {
  if (input.kind === 'series') return input.timeframe === 'quote'
  if (input.kind !== 'indicator' && input.kind !== 'session') return false
  const of = inputs.find(({ name }) => name === input.of)
  const isOfQuotes = of?.kind === 'series' && of.timeframe === 'quote'
  return isOfQuotes && (input.kind === 'session' || input.indicator.reads.join() !== 'close')
}

function notAbove({ slots, inputs }: InputScope, slot: WantedSlot): number[] {
  if (!('input' in slot) || mayCross(slot.input, inputs)) return []
  return slots.flatMap((other, index) =>
    'input' in other && !mayCross(other.input, inputs) && isNotAbove(other, slot) ? [index] : [],
  )
}

type OfInput = Extract<WantedSlot, { readonly input: unknown }>

function isNotAbove(lower: OfInput, upper: OfInput): boolean {
  const isSame = lower.input === upper.input
  if (isSame && lower.output === upper.output) return false
  if ((upper.input.kind === 'series' || upper.input.kind === 'session') && isSame)
    return lowerFields[upper.output]?.includes(lower.output) === true
  return isInOrder(upper.input, lower, upper) || (!isSame && isInOrder(lower.input, lower, upper))
}

/** By what an indicator says of its outputs and of the bar that it is computed of. */
function isInOrder(by: OfInput['input'], lower: OfInput, upper: OfInput): boolean {
  if (by.kind !== 'indicator') return false
  const nameOf = ({ input, output }: OfInput) =>
    input === by ? output : input.kind === 'series' && input.name === by.of && !by.from ? `bar.${output}` : null
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
