import { aboveZero, priceIn, tenThousandths } from '../decimal-text.ts'
import type { LeanPath, LeanType } from './lean-path.ts'

/** Reads a price cell of a file: of some types it is an integer of ten-thousandths, of the others plain decimals. */
export function priceReader({ type }: Pick<LeanPath, 'type'>): (cell: string | undefined, name: string) => string {
  const read = scaledTypes.includes(type) ? tenThousandths : priceIn
  return (cell, name) => aboveZero(read(cell, name), name)
}

const scaledTypes: readonly LeanType[] = ['equity', 'option', 'indexoption']
