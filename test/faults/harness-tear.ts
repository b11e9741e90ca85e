import {
  appendFileSync,
  closeSync,
  openSync,
  readFileSync,
  readSync,
  rmSync,
  statSync,
  truncateSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { readCheckpoint } from '#lib/journal/checkpoint.ts'
import { isPacked, journalSegments, namespacesIn, topicSegments } from '#lib/journal/log-files.ts'
import { realDisk } from '#lib/journal/real-disk.ts'
import { newestInTopicFiles } from '#lib/journal/recover-topic-files.ts'
import { readSnapshots, snapshotFiles } from '#lib/journal/snapshot-files.ts'
import { readWatermark } from '#lib/journal/watermark.ts'
import { drawBelow, type SeededRandom } from '#lib/market/seeded-random.ts'

/**
 * Does to the end of a log, whose process is dead, what a power cut can do to what was not acknowledged: cuts it short, turns a bit in
 * it, or leaves scrap behind it. Says what it did; null where there is nothing that nobody was told of.
 */
export function tearTail(
  folder: string,
  { told, acknowledged }: { told: number; acknowledged: ReadonlySet<string> },
  random: SeededRandom,
): string | null {
  const last = journalSegments(realDisk, folder).at(-1)
  if (last === undefined) return null
  const bytes = readFileSync(last.path)
  const text = bytes.toString('latin1')
  let safe = Math.max(told, last.firstSeq - 1, newestInTopicFiles(realDisk, folder))
  // The watermark is never synced: a power cut may take it, a kill cannot.
  const isPowerCut = drawBelow(random, 2) === 0
  if (isPowerCut) rmSync(join(folder, 'watermark'), { force: true })
  else safe = Math.max(safe, readWatermark(realDisk, folder)?.durable ?? 0)
  // What is in a snapshot was durable before.
  for (const { seq } of readSnapshots(realDisk, folder, 'venue')) safe = Math.max(safe, seq)
  for (const [, durable] of text.matchAll(/,"d":(\d+)(?=[,}])/g)) safe = Math.max(safe, Number(durable))
  for (const [, seq, id] of text.matchAll(/\{"seq":(\d+),"id":"([^"]+)"/g))
    if (acknowledged.has(id as string)) safe = Math.max(safe, Number(seq))
  let from = 0
  for (const match of text.matchAll(/\{"seq":(\d+),[^\n]*\n/g))
    if (Number(match[1]) <= safe) from = match.index + match[0].length
  const end = text.lastIndexOf('\n') + 1
  const what = drawBelow(random, 3)
  if (what === 0 || from >= end) {
    const scrap = text
      .slice(0, 1 + drawBelow(random, Math.max(1, Math.min(200, text.indexOf('\n')))))
      .replaceAll('\n', ' ')
    if (end !== bytes.length) return null
    appendFileSync(last.path, scrap, 'latin1')
    return `scrap of ${scrap.length} bytes behind byte ${end}`
  }
  const at = from + drawBelow(random, end - from)
  if (what === 1) {
    truncateSync(last.path, at)
    return `cut at byte ${at}, ${end - at} before its end`
  }
  turnBit(last.path, at, random)
  return `a bit of byte ${at} turned, ${end - at} before its end`
}

/**
 * Does to the newest topic file of a namespace what a power cut can do to it behind the checkpoint: cut, with a wrong bit, or with scrap
 * behind it; or takes the checkpoint itself away. Nothing of it is lost: the journal has it.
 */
export function tearTopicFile(folder: string, random: SeededRandom): string | null {
  if (drawBelow(random, 4) === 0) {
    rmSync(join(folder, 'journal', 'checkpoint.json'), { force: true })
    return 'the checkpoint is gone'
  }
  const namespaces = namespacesIn(realDisk, folder)
  const namespace = namespaces[drawBelow(random, namespaces.length)]
  const path = namespace === undefined ? undefined : topicSegments(realDisk, folder, namespace).at(-1)?.path
  if (namespace === undefined || path === undefined || isPacked(path)) return null
  const checkpoint = readCheckpoint(realDisk, folder)
  // Without one it is not known what is synced.
  if (checkpoint === null) return null
  const known = checkpoint.files[namespace]
  const synced = known !== undefined && join(folder, known.path) === path ? known.bytes : 0
  const { size } = statSync(path)
  if (size <= synced) return null
  const at = synced + drawBelow(random, size - synced)
  const what = drawBelow(random, 3)
  if (what === 0) truncateSync(path, at)
  else if (what === 1) turnBit(path, at, random)
  else appendFileSync(path, '{"seq":1,"id":"scrap', 'latin1')
  return `the newest file of ${namespace} is ${['cut at', 'wrong in', 'followed by scrap, not'][what]} byte ${at} of ${size}, synced to ${synced}`
}

/** Does to a snapshot what a bad disk can do to it at any time; its service is dead. */
export function spoilSnapshot(folder: string, service: string, random: SeededRandom): string | null {
  const file = snapshotFiles(realDisk, folder, service).at(-1)
  if (file === undefined) return null
  const at = drawBelow(random, statSync(file).size)
  if (drawBelow(random, 2) === 0) truncateSync(file, at)
  else turnBit(file, at, random)
  return `the newest snapshot is spoilt at byte ${at}`
}

function turnBit(path: string, at: number, random: SeededRandom): void {
  const file = openSync(path, 'r+')
  const byte = Buffer.alloc(1)
  readSync(file, byte, 0, 1, at)
  byte[0] = (byte[0] as number) ^ (1 << drawBelow(random, 8))
  writeSync(file, byte, 0, 1, at)
  closeSync(file)
}
