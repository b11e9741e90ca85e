import { setImmediate as turn } from 'node:timers/promises'
import { expect, it, vi } from 'vitest'
import { Committer } from '#lib/bus/committer.ts'
import { FeedPublisher } from '#lib/bus/feed-publisher.ts'
import { Lockstep } from '#lib/bus/lockstep.ts'
import type { AppendResult } from '#lib/bus/log-port.ts'
import { MemoryLog } from '#lib/journal/memory-log.ts'
import { fact, groupOf } from '#test/lib/journal/bodies.ts'
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

it('[R29] under lockstep answers, first configurations and the feed wait for space in their place, and what stands behind is refused', async () => {
  const log = new LogOfDisk()
  const [shown, said, faults]: [number[], string[], unknown[]] = [[], [], []]
  const lockstep = new Lockstep({
    committer: new Committer(log, 0, () => undefined),
    log,
    services: [
      { name: 'orders', topics: ['md.bar'] },
      { name: 'risk', topics: ['md.bar'] },
    ],
    unconfigured: ['orders', 'risk'],
    cursor: 0,
    deliver: (seq) => void shown.push(seq),
    fail: (error) => void faults.push(error),
    say: (message) => void said.push(message),
  })
  const results: string[] = []
  const waiting = (name: string, body: string, configured: string | null = null) => ({
    speaker: { isRefused: false },
    group: { bodies: [body], topics: [configured === null ? 'md.bar' : 'system.config'], configured: [configured] },
    done: (result: AppendResult) =>
      void results.push(`${name} ${result.kind === 'refused' ? result.reason : result.kind}`),
  })
  const config = (name: string) => waiting(`config of ${name}`, fact(name, 1, 0, 'system.config'), name)
  const answers = (name: string, cause: number) => {
    const bodies = groupOf(name, cause, 1, `${name}.rejected`)
    return { bodies, topics: [`${name}.rejected`], configured: [null] }
  }
  /** Goes on when it was refused twice more, and with the space that there is then. */
  const whileFull = async (work: () => void) => {
    log.isFull = true
    const before = log.refusals
    work()
    await until(() => log.refusals >= before + 2)
    log.isFull = false
  }
  await whileFull(() => {
    lockstep.fact('orders', config('orders'))
    lockstep.fact('risk', config('risk'))
  })
  for (const [seq, name] of [
    [1, 'orders'],
    [2, 'risk'],
  ] as const) {
    await until(() => shown.includes(seq))
    lockstep.answer(name, seq, null)
  }
  await until(() => lockstep.isIdle)
  await whileFull(() =>
    lockstep.feed(
      lockstep,
      [0, 1].map((n) => waiting(`tick ${n}`, fact('md', 1, n))),
    ),
  )
  await until(() => shown.includes(3))
  lockstep.answer('risk', 3, answers('risk', 3))
  await turn()
  await whileFull(() => {
    lockstep.answer('orders', 3, answers('orders', 3))
    lockstep.fact('operator', waiting('command', fact('operator', 1, 0)))
  })
  await until(() => shown.includes(6))
  // Both in one turn of the loop, as frames come that were read at once.
  for (const name of ['orders', 'risk']) lockstep.answer(name, 6, null)
  await until(() => log.contents.length === 6 && lockstep.isIdle)
  const sources = log.contents.map((text) => (JSON.parse(text) as { source: string }).source)
  expect(sources).toEqual(['orders', 'risk', 'md', 'orders', 'risk', 'md'])
  expect(results).toEqual([
    'config of orders appended',
    'config of risk appended',
    'tick 0 appended',
    'command disk_full',
    'tick 1 appended',
  ])
  expect(faults).toEqual([])
  expect(said).toHaveLength(3)
})
