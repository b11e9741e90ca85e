import { functionNames } from './compile-call.ts'
import { didYouMean } from './did-you-mean.ts'
import { keywordNames } from './expression-tokens.ts'
import { type PositionField, positionFields } from './strategy-slot.ts'
import { weekdays } from './weekdays.ts'

/** Words that no input can be called. */
export const reservedWords: readonly string[] = [
  ...keywordNames,
  ...functionNames,
  ...weekdays,
  'time',
  'weekday',
  'position',
  'entry',
]

/** 1 for Monday; null for what is no day of the week. */
export function weekdayNumber(name: string): number | null {
  const index = weekdays.indexOf(name)
  return index < 0 ? null : index + 1
}

export const clockWord = (name: string): 'time' | 'weekday' | null =>
  name === 'time' || name === 'weekday' ? name : null

/** `position.gain`: a number; null for what does not begin with position. */
export function positionWord(name: string): { readonly field: PositionField } | { readonly fault: string } | null {
  if (name !== 'position' && !name.startsWith('position.')) return null
  const field = name.slice('position.'.length)
  if (field === '') return { fault: 'position is no number: write position is long, or position.gain' }
  const known = positionFields.find((one) => one === field && one !== 'side')
  if (known) return { field: known }
  const all = positionFields.filter((one) => one !== 'side').map((one) => `position.${one}`)
  return { fault: `there is no ${name}${didYouMean(name, all)}; known: ${all.join(', ')}` }
}
