/** A file ends in the middle of what it holds: what is whole was given before. */
export class CutFile extends Error {
  constructor() {
    super('the file is cut: what comes behind is missing')
  }
}
