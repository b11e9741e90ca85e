import { join } from 'node:path'
import { zstdCompressSync } from 'node:zlib'
import { beforeAll, expect, it, vi } from 'vitest'
import { checkLog } from '#lib/journal/check-log.ts'
import type { LogDisk, LogFile, ReadDisk } from '#lib/journal/log-disk.ts'
import { isPacked, journalFolder, journalSegments, segmentName, topicSegments } from '#lib/journal/log-files.ts'
import { openEventLog } from '#lib/journal/open-event-log.ts'
import { frameParams } from '#lib/journal/packed-file.ts'
import { readRetained } from '#lib/journal/retained.ts'
import { below, type Chance, chanceOf, isLikely } from '#test/faults/chance.ts'
import { SimDisk } from '#test/faults/sim-disk.ts'
import { fact, groupOf } from '#test/lib/journal/bodies.ts'

const folder = '/logs/live'
/** What there is by path. In the middle of a write nobody looks often. */
type Moment = { readonly files: ReadonlyMap<string, Buffer>; readonly isMiddle: boolean }
const middleLooks = 3
let moments: Moment[]

const options = {
  segmentBytes: 1_500,
  aheadBytes: 200,
  compress: async (bytes: Buffer) => zstdCompressSync(bytes, frameParams),
}
const append = async (log: Awaited<ReturnType<typeof openEventLog>>, times: number) => {
  for (let n = 0; n < times; n++) {
    const { head } = await log.state()
    const epoch = head + 1
    await log.append([[fact('md', epoch, 0), fact('md', epoch, 1)], groupOf('risk', head + 1, 2)])
  }
}

/** A log that is written, freed, compressed and removed: as it was after each half of a write, renaming and removal. */
beforeAll(async () => {
  const sim = new SimDisk(chanceOf(5))
  const recorded = record(sim)
  moments = recorded.moments
  const retention = { retention: { md: { mib: 4_000 / 2 ** 20 } }, neededFrom: () => Number.POSITIVE_INFINITY }
  const log = await openEventLog(folder, { ...options, disk: recorded.disk, retention })
  for (let n = 0; n < 6; n++) {
    await append(log, 12)
    const packed = topicSegments(sim, folder, 'risk').filter(({ path }) => isPacked(path)).length
    const removed = readRetained(sim, folder)?.namespaces.md?.to ?? 0
    await vi.waitFor(async () => {
      await append(log, 1)
      expect(topicSegments(sim, folder, 'risk').filter(({ path }) => isPacked(path)).length).toBeGreaterThan(packed)
      expect(readRetained(sim, folder)?.namespaces.md?.to ?? 0).toBeGreaterThan(removed)
    }, 20_000)
  }
  await log.close()
}, 60_000)

const faultsOf = (disk: ReadDisk): string[] => {
  const faults: string[] = []
  // The bodies of these tests say nothing that matters.
  checkLog(folder, {
    disk,
    onFault: ({ file, kind, message }) => kind !== 'schema' && faults.push(`${file}: ${kind}: ${message}`),
  })
  return faults
}

it('[J21] beside a log process that writes, frees, compresses and removes there is no fault, whenever it does', {
  timeout: 120_000,
}, () => {
  const ends = new Set<number>()
  for (let seed = 0; seed < 300; seed++) {
    const chance = chanceOf(seed)
    const now = { at: below(chance, moments.length) }
    expect(faultsOf(diskOf(now, seed % 2 === 0 ? steadily(now, chance) : atOnce(now, chance))), `seed ${seed}`).toEqual(
      [],
    )
    ends.add(now.at)
  }
  expect(ends.size).toBeGreaterThan(100)
})

it('[J21] the journal is freed while it is looked how far the log goes', () => {
  const before = diskOf({ at: moments.length >> 1 }, () => undefined)
  const after = diskOf({ at: moments.length - 1 }, () => undefined)
  let lists = 0
  expect(
    faultsOf({
      ...after,
      list: (path) => (path === journalFolder(folder) && lists++ === 0 ? before : after).list(path),
    }),
  ).toEqual([])
  expect(lists).toBeGreaterThan(1)
})

it('[J21] a line that is half written when a topic file is read is none when it is half written for good', () => {
  const whole = diskOf({ at: moments.length - 1 }, () => undefined)
  const newest = topicSegments(whole, folder, 'risk').at(-1)?.path as string
  let opened = 0
  const cut = (times: number): ReadDisk => ({
    ...whole,
    openToRead: (path) => {
      const file = whole.openToRead(path)
      if (path !== newest || opened++ >= times) return file
      const size = file.size - 5
      return {
        size,
        read: (buffer, at) => file.read(buffer.subarray(0, Math.max(0, size - at)), at),
        close: file.close,
      }
    },
  })
  expect(faultsOf(cut(1))).toEqual([])
  expect(opened).toBeGreaterThan(1)
  expect(faultsOf(cut(100))).toEqual([`${newest}: crc: is not the line that was written`])
})

it('[J21] what a writer that died left of the first line of a journal is no fault: it was not acknowledged', async () => {
  const disk = new SimDisk(chanceOf(1))
  const log = await openEventLog(folder, { disk })
  await append(log, 3)
  const { head } = await log.state()
  await log.close()
  const [segment] = journalSegments(disk, folder)
  disk.put(join(journalFolder(folder), segmentName(head + 1)), disk.bytesOf(segment?.path as string).subarray(0, 50))
  expect(faultsOf(disk)).toEqual([])
})

type Clock = { at: number }

/** Time goes on a bit now and then. */
function steadily(now: Clock, chance: Chance): () => void {
  const share = [0.02, 0.2, 0.9][below(chance, 3)] as number
  const stride = [2, 20, 100][below(chance, 3)] as number
  return () => {
    if (isLikely(chance, share)) now.at = Math.min(moments.length - 1, now.at + 1 + below(chance, stride))
  }
}

/** It goes on much, once. */
function atOnce(now: Clock, chance: Chance): () => void {
  let looks = below(chance, 300)
  return () => {
    if (looks-- === 0) now.at += below(chance, moments.length - now.at)
  }
}

/** What there is while time goes on. What was opened stays open. */
function diskOf(now: Clock, goOn: () => void): ReadDisk {
  let looks = 0
  const files = () => {
    if (moments[now.at]?.isMiddle !== true) looks = 0
    if (looks++ >= middleLooks) now.at++
    else goOn()
    return (moments[now.at] as Moment).files
  }
  return {
    list: (path) => {
      const names = [...files().keys()]
        .filter((name) => name.startsWith(`${path}/`))
        .map((name) => name.slice(path.length + 1))
      const isFolder = (name: string) => name.includes('/')
      return [...new Map(names.map((name) => [name.split('/')[0] as string, isFolder(name)]))].map(
        ([name, isFolder]) => ({ name, isFolder }),
      )
    },
    openToRead: (path) => {
      const opened = files().get(path)
      if (opened === undefined) throw Object.assign(new Error(`ENOENT: ${path}`), { code: 'ENOENT' })
      let bytes = opened
      const latest = () => {
        const latest = files().get(path)
        // Others are replaced, not written.
        if (path.endsWith('.jsonl')) bytes = latest ?? bytes
        return bytes
      }
      return {
        get size() {
          return latest().length
        },
        // It may be shorter than when it was read before.
        read: (buffer, at) => latest().subarray(at).copy(buffer),
        close: () => undefined,
      }
    },
  }
}

function record(sim: SimDisk): { disk: LogDisk; moments: Moment[] } {
  const moments: Moment[] = [{ files: new Map(), isMiddle: false }]
  const change = (how: (files: Map<string, Buffer>) => void, isMiddle = false) => {
    const files = new Map(moments.at(-1)?.files)
    how(files)
    moments.push({ files, isMiddle })
  }
  const recordedFile = (file: LogFile, path: string): LogFile => {
    const changed = (isMiddle = false) => change((files) => files.set(path, sim.bytesOf(path)), isMiddle)
    return {
      get size() {
        return file.size
      },
      read: (buffer, at) => file.read(buffer, at),
      write: (bytes, at) => {
        const half = path.endsWith('.jsonl') ? bytes.length >> 1 : 0
        if (half > 0) {
          file.write(bytes.subarray(0, half), at)
          changed(true)
        }
        file.write(bytes.subarray(half), at + half)
        changed()
      },
      truncate: (bytes) => {
        file.truncate(bytes)
        changed()
      },
      sync: (step) => file.sync(step),
      syncNow: (step) => file.syncNow(step),
      close: () => file.close(),
    }
  }
  const disk: LogDisk = {
    lock: () => sim.lock(),
    usedPercent: () => 0,
    list: (path) => sim.list(path),
    openToRead: (path) => sim.openToRead(path),
    create: (path) => {
      const file = sim.create(path)
      change((files) => files.set(path, Buffer.alloc(0)))
      return recordedFile(file, path)
    },
    open: (path) => recordedFile(sim.open(path), path),
    makeFolder: (path) => sim.makeFolder(path),
    rename: (from, to) => {
      sim.rename(from, to)
      change((files) => {
        files.set(to, files.get(from) as Buffer)
        files.delete(from)
      })
    },
    remove: (path) => {
      sim.remove(path)
      change((files) => files.delete(path))
    },
    syncFolder: (path, step) => sim.syncFolder(path, step),
  }
  return { disk, moments }
}
