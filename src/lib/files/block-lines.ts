import { type Block, blocksOf, isOfBlocks, unpackBlock } from './read-blocks.ts'
import { readChunks } from './read-chunks.ts'
import { linesOrLosses } from './text-lines.ts'

/** What is not as it was written, in its place: lines of a damaged `block` (as many as its index says), the one that is too long to be read, or with `isEnd` all that comes behind a cut. */
export type Damage = {
  readonly file: string
  readonly line: number
  readonly lines: number
  readonly fault: string
  readonly isEnd: boolean
  readonly block: Block | null
}

/** The lines of a file. In a file of blocks each block is read for itself. */
export function* blockLines(file: string): Generator<string | Damage> {
  let line = 1
  const lost = { file, lines: 1, isEnd: false, block: null }
  if (!isOfBlocks(file)) return yield* linesIn(readChunks(file))
  for (const block of blocksOf(file)) {
    const bytes = unpackBlock(file, block)
    if (bytes !== null) yield* linesIn([bytes])
    else {
      yield { ...lost, line, lines: block.lines, fault: blockFault(block), block }
      line += block.lines
    }
  }

  function* linesIn(chunks: Iterable<Uint8Array>): Generator<string | Damage> {
    for (const text of linesOrLosses(chunks)) {
      yield typeof text === 'string' ? text : { ...lost, line, fault: text.lost, isEnd: text.isEnd }
      line++
    }
  }
}

const blockFault = ({ offset, lines }: Block): string =>
  `the block at byte ${offset} is damaged: ${lines > 0 ? `${lines} lines of it are` : 'what it held is'} lost`

/** With its place. */
export const damageText = ({ file, line, fault, block }: Damage): string =>
  `${file}${block === null ? `:${line}` : ''}: ${fault}`
