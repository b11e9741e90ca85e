import { readChunks } from '#lib/files/read-chunks.ts'
import { textLines } from '#lib/files/text-lines.ts'
import { unreadable } from '#lib/files/unreadable.ts'

/** The lines of a file that a user names, may be gzip; `-` is stdin. Throws a UserError where it cannot be read. */
export function* fileLines(file: string): Generator<string> {
  try {
    yield* textLines(readChunks(file === '-' ? '/dev/stdin' : file))
  } catch (error) {
    throw unreadable(file, error)
  }
}
