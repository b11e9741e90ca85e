import { expect, it, vi } from 'vitest'
import { FeedPublisher } from '#lib/bus/feed-publisher.ts'
import type { AppendResult } from '#lib/bus/log-port.ts'
import { MemoryLog } from '#lib/journal/memory-log.ts'
import { openBus, secret, tick, until } from './bus-of-test.ts'

class LogOfDisk extends MemoryLog {
  isFull = false
  refusals = 0
  override async append(groups: readonly (readonly string[])[]): Promise<readonly AppendResult[]> {
    if (!this.isFull) return super.append(groups)
    this.refusals++
    return groups.map(() => ({ kind: 'refused', reason: 'disk_full' }))
  }
}

it('[R29] who is refused for a full disk waits, says it once, and says all of it when there is space again', async () => {
  const log = new LogOfDisk()
  const bus = await openBus(log)
  const said: string[] = []
  const stderr = vi.spyOn(process.stderr, 'write').mockImplementation((text) => said.push(String(text)) > 0)
  const faults: string[] = []
  log.isFull = true
  const feed = new FeedPublisher({
    ...{ url: bus.url, identity: 'md', source: 'md', secret },
    open: async function* () {
      yield Array.from({ length: 10 }, (_, n) => tick(n))
      await until(() => log.contents.length >= 10)
      yield [tick(10)]
    },
    onFault: (message) => void faults.push(message),
  })
  try {
    await until(() => log.refusals >= 2)
    expect(log.contents).toEqual([])
    log.isFull = false
    await feed.ended
    expect(log.contents).toHaveLength(11)
    expect(faults).toEqual([])
    expect(said.filter((line) => line.includes('disk of the log is full'))).toHaveLength(1)
    expect(log.refusals).toBeLessThan(6)
  } finally {
    stderr.mockRestore()
    await feed.close()
    await bus.close()
  }
})
