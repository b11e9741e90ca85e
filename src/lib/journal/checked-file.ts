import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import type { ReadDisk } from '#lib/journal/log-disk.ts'
import { journalFolder } from '#lib/journal/log-files.ts'
import { textOf } from '#lib/journal/new-file.ts'

export const holesFile = (folder: string): string => join(folder, 'holes.json')
export const retainedFile = (folder: string): string => join(folder, 'retained.json')
export const checkpointFile = (folder: string): string => join(journalFolder(folder), 'checkpoint.json')

/** A small file of a log: a line of JSON, and its crc. */
export const checkedText = (value: unknown): string => {
  const line = JSON.stringify(value)
  return `${line}\n${crc32(line).toString(16)}\n`
}

/** The line of such a file; null where there is no file, undefined where it is not what was written. */
export function checkedLine(disk: Pick<ReadDisk, 'openToRead'>, path: string): string | null | undefined {
  const text = textOf(disk, path)
  if (text === null) return null
  const [line = '', crc] = text.split('\n')
  return crc === crc32(line).toString(16) && line !== '' ? line : undefined
}

/** All of a log that are such files. */
export const checkedFiles = (folder: string): string[] => [
  holesFile(folder),
  retainedFile(folder),
  checkpointFile(folder),
]
