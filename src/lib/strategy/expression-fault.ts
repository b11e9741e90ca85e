/** What is wrong with an expression; `at` is an index into its text. The only thing that reading one throws. */
export class ExpressionFault extends Error {
  override readonly name = 'ExpressionFault'
  readonly at: number

  constructor(at: number, message: string) {
    super(message)
    this.at = at
  }
}
