import { type Block, blocksOf, isOfBlocks, unpackBlock } from './block-files.ts'
import { readChunks } from './read-chunks.ts'
import { textLines } from './text-lines.ts'

/** A block that is not what was written: its lines are lost. */
export type Damage = { readonly file: string; readonly block: Block }

/** The lines of a file. In a file of blocks each block is read for itself, and one that is damaged is told in its place. */
export function* blockLines(file: string): Generator<string | Damage> {
  if (!isOfBlocks(file)) return yield* textLines(readChunks(file))
  for (const block of blocksOf(file)) {
    const bytes = unpackBlock(file, block)
    if (bytes === null) yield { file, block }
    else for (const line of textLines([bytes])) if (line !== '') yield line
  }
}

export const damageText = ({ block: { offset, lines } }: Damage): string =>
  `the block at byte ${offset} is damaged: ${lines > 0 ? `${lines} lines of it are` : 'what it held is'} lost`
