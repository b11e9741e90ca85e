import { closeSync, fsyncSync, openSync, realpathSync, renameSync, rmSync, statSync, writeSync } from 'node:fs'
import { UserError } from '#lib/terminal/user-error.ts'

/** A file under way, which takes its place with `keep`, whole, or never. What it throws is a UserError. */
export type WholeFile = {
  readonly write: (text: string) => void
  readonly keep: () => void
  readonly drop: () => void
}

/**
 * Begins a file that is there whole or not at all: `-` is stdout. What is there and no regular file, as a device or a pipe, is written as it
 * comes; where it is a link, what that names is replaced.
 */
export function openWholeFile(file: string): WholeFile {
  const tried = <T>(act: () => T): T => {
    try {
      return act()
    } catch (error) {
      throw new UserError(`cannot be written: ${(error as NodeJS.ErrnoException).code}`, { file })
    }
  }
  if (file === '-')
    return { write: (text) => tried(() => writeAll(1, text)), keep: () => undefined, drop: () => undefined }
  const there = tried(() => statSync(file, { throwIfNoEntry: false }))
  const isPlain = there === undefined || there.isFile()
  const place = there === undefined ? file : tried(() => realpathSync(file))
  const part = isPlain ? `${place}.${process.pid}.part` : place
  const fd = tried(() => openSync(part, 'w'))
  const drop = () => {
    closeSync(fd)
    if (isPlain) rmSync(part, { force: true })
  }
  const keep = () => {
    fsyncSync(fd)
    closeSync(fd)
    renameSync(part, place)
  }
  return { write: (text) => tried(() => writeAll(fd, text)), keep: () => (isPlain ? tried(keep) : closeSync(fd)), drop }
}

/** Writes all of it in one go. */
export function writeWholeFile(file: string, text: string): void {
  const whole = openWholeFile(file)
  try {
    whole.write(text)
  } catch (error) {
    whole.drop()
    throw error
  }
  whole.keep()
}

function writeAll(fd: number, text: string): void {
  const bytes = Buffer.from(text)
  for (let done = 0; done < bytes.length; ) done += writeSync(fd, bytes, done)
}
