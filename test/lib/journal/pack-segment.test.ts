import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { DamagedSegments } from '#lib/journal/damaged-segments.ts'
import type { LogDisk, LogFile } from '#lib/journal/log-disk.ts'
import { openEventLog } from '#lib/journal/open-event-log.ts'
import { packSegments } from '#lib/journal/pack-segment.ts'
import { packFrame } from '#lib/journal/packed-file.ts'
import { readLog } from '#lib/journal/read-log.ts'
import { realDisk } from '#lib/journal/real-disk.ts'
import { fact } from './bodies.ts'

it('[J20] between two turns of the loop a compressed segment is read, written and proved in parts, and no sync waits for much', async () => {
  const folder = join(mkdtempSync(join(tmpdir(), 'trader-pack-')), 'live')
  try {
    const log = await openEventLog(folder, { run: 'live', segmentBytes: 8 << 20, compress: null })
    // What cannot be compressed much: the parts of the packed file are as large as those of the plain one.
    for (let n = 0; n < 20; n++)
      await log.append(
        Array.from({ length: 500 }, (_, i) => [fact('md', 1, n * 500 + i, 'md.bar', randomBytes(500).toString('hex'))]),
      )
    await log.close()

    let turnBytes = 0
    let unsynced = 0
    const most = { turn: 0, unsynced: 0 }
    let isRunning = true
    const turn = () => {
      most.turn = Math.max(most.turn, turnBytes)
      turnBytes = 0
      if (isRunning) setImmediate(turn)
    }
    turn()
    const counted = (file: LogFile, isFresh: boolean): LogFile => ({
      get size() {
        return file.size
      },
      read(buffer, at) {
        const bytes = file.read(buffer, at)
        turnBytes += bytes
        return bytes
      },
      write(bytes, at) {
        turnBytes += bytes.length
        if (isFresh) unsynced += bytes.length
        file.write(bytes, at)
      },
      sync(step) {
        most.unsynced = Math.max(most.unsynced, unsynced)
        unsynced = 0
        return file.sync(step)
      },
      syncNow: (step) => file.syncNow(step),
      truncate: (bytes) => file.truncate(bytes),
      close: () => file.close(),
    })
    const disk: LogDisk = {
      ...realDisk,
      openToRead: (path) => counted(realDisk.openToRead(path) as LogFile, false),
      create: (path) => counted(realDisk.create(path), true),
    }
    const onDamage = (error: Error) => {
      throw error
    }
    const wish = { through: 10_000, compress: packFrame, isWanted: () => true, damaged: new DamagedSegments(onDamage) }
    await packSegments(disk, folder, wish)
    isRunning = false
    expect(most.turn).toBeGreaterThan(100 << 10)
    expect(most.turn).toBeLessThan(1 << 20)
    expect(most.unsynced).toBeLessThan(2 << 20)
    expect([...readLog(folder)]).toHaveLength(10_000)
  } finally {
    rmSync(join(folder, '..'), { recursive: true })
  }
})
