import { type Block, blockFilesIn, blocksOf, unpackBlock } from './read-blocks.ts'

/** Takes the newest lines of a folder of block files, about so many (whole blocks), in order, without blocks that are damaged. */
export const newestLinesIn =
  (dir: string, onDamage: (file: string, offset: number) => void) =>
  (most: number, take: (line: string) => void): void => {
    const wanted: { readonly file: string; readonly block: Block }[] = []
    let lines = 0
    for (const file of blockFilesIn(dir).reverse())
      for (const block of blocksOf(file).reverse()) {
        if (lines >= most) break
        wanted.push({ file, block })
        lines += block.lines
      }
    for (const { file, block } of wanted.reverse()) {
      const text = unpackBlock(file, block)
      if (text === null) onDamage(file, block.offset)
      else for (const line of text.toString('utf8').trimEnd().split('\n')) take(line)
    }
  }
