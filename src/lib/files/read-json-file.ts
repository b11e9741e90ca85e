import { readChunks } from '#lib/files/read-chunks.ts'
import { unreadable } from '#lib/files/unreadable.ts'
import { UserError } from '#lib/terminal/user-error.ts'

/** The value of a JSON file, may be gzip; `-` is stdin. Throws a UserError where there is none. */
export function readJsonFile(file: string): unknown {
  const parts: Buffer[] = []
  try {
    for (const chunk of readChunks(file === '-' ? '/dev/stdin' : file)) parts.push(Buffer.from(chunk))
  } catch (error) {
    throw unreadable(file, error)
  }
  try {
    return JSON.parse(
      Buffer.concat(parts)
        .toString('utf8')
        .replace(/^\uFEFF/, ''),
    )
  } catch (error) {
    throw new UserError(`is not JSON: ${(error as Error).message}`, { file })
  }
}
