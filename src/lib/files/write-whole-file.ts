import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from 'node:fs'
import { UserError } from '#lib/terminal/user-error.ts'

/** Writes a file that is there whole or not at all; `-` is stdout. Throws a UserError where it cannot be written. */
export function writeWholeFile(file: string, text: string): void {
  if (file === '-') {
    writeAll(1, text)
    return
  }
  const part = `${file}.${process.pid}.part`
  try {
    const fd = openSync(part, 'w')
    try {
      writeAll(fd, text)
      fsyncSync(fd)
    } finally {
      closeSync(fd)
    }
    renameSync(part, file)
  } catch (error) {
    rmSync(part, { force: true })
    throw new UserError(`cannot be written: ${(error as NodeJS.ErrnoException).code}`, { file })
  }
}

function writeAll(fd: number, text: string): void {
  const bytes = Buffer.from(text)
  for (let done = 0; done < bytes.length; ) done += writeSync(fd, bytes, done)
}
