/** What is wrong with one line; whoever reads the file adds where. */
export class LineFault extends Error {
  override readonly name = 'LineFault'
}
