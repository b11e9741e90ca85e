import { closeSync, existsSync, fdatasyncSync, ftruncateSync, openSync, rmSync, statSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { LineFile } from '#lib/journal/line-file.ts'
import { syncFolder } from '#lib/journal/log-disk.ts'
import { namespacesIn, type Segment, topicSegments } from '#lib/journal/log-files.ts'
import type { Position } from '#lib/journal/topic-files.ts'
import { UserError } from '#lib/terminal/user-error.ts'

/** The highest seq that the topic files end in: they are written only with what is durable in the journal. */
export function newestInTopicFiles(folder: string): number {
  let newest = 0
  for (const namespace of namespacesIn(folder)) {
    const last = topicSegments(folder, namespace).at(-1)
    if (last === undefined) continue
    const file = new LineFile(last.path)
    while (file.next()) if (file.isIntact && file.seq > newest) newest = file.seq
  }
  return newest
}

/**
 * Takes out of the topic files what is behind seq `through`: the journal has it, and it is written again from there. Gives where each
 * namespace goes on. `known` says it without reading.
 */
export function cutTopicFiles(
  folder: string,
  through: number,
  known: Readonly<Record<string, Position>>,
): Map<string, Position> {
  const positions = new Map<string, Position>()
  for (const namespace of namespacesIn(folder)) {
    const kept: Segment[] = []
    for (const segment of topicSegments(folder, namespace)) {
      if (segment.firstSeq <= through) kept.push(segment)
      else {
        rmSync(segment.path)
        syncFolder(dirname(segment.path))
      }
    }
    const last = kept.at(-1)
    if (last === undefined) continue
    const path = relative(folder, last.path)
    const stated = known[namespace]
    const bytes = stated?.path === path ? stated.bytes : bytesThrough(last.path, through)
    cutTo(last.path, bytes)
    positions.set(namespace, { path, bytes })
  }
  for (const { path } of Object.values(known))
    if (!existsSync(join(folder, path))) throw new UserError('is missing', { file: join(folder, path) })
  return positions
}

function bytesThrough(path: string, through: number): number {
  const file = new LineFile(path)
  let bytes = 0
  while (file.next() && file.isIntact && file.seq <= through) bytes = file.offset + Buffer.byteLength(file.line) + 1
  file.close()
  return bytes
}

function cutTo(path: string, bytes: number): void {
  const { size } = statSync(path)
  if (size < bytes)
    throw new UserError(`ends at byte ${size}: ${bytes - size} bytes of acknowledged events are missing`, {
      file: path,
    })
  if (size === bytes) return
  const fd = openSync(path, 'r+')
  try {
    ftruncateSync(fd, bytes)
    fdatasyncSync(fd)
  } finally {
    closeSync(fd)
  }
}
