/** A file ends in the middle of what it holds: what is whole was given before. `isTextWhole`: only what says that it is as it was written is missing. */
export class CutFile extends Error {
  readonly isTextWhole: boolean

  constructor(isTextWhole = false) {
    super(
      isTextWhole ? 'the checksum at the end of the file is cut off' : 'the file is cut: what comes behind is missing',
    )
    this.isTextWhole = isTextWhole
  }
}
