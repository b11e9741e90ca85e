import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { makeKeys } from '#compose/tree-keys.ts'
import { readSecret } from '#lib/bus/auth.ts'
import { connectBus } from '#lib/bus/bus-client.ts'
import { startLone } from '#test/process/lone-process.ts'
import { eventsIn, LiveTree, removeFolder, walkFolder, walkTopology } from '#test/process/tree.ts'

type Answer = { readonly now: number; readonly iso: string; readonly mode: string }

const asked = async (url: string): Promise<Answer> => (await fetch(`${url}/time`)).json() as Promise<Answer>

function askedBySocket(url: string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(url.replace('http', 'ws'))
    socket.on('error', reject)
    socket.on('open', () => socket.send('{"t":"time"}'))
    socket.on('message', (bytes) => {
      socket.close()
      resolve(JSON.parse(String(bytes)))
    })
  })
}

describe('trader clock, live', () => {
  test('[C4] goes on later than the newest time of the log, killed and started again; GET /time and a WebSocket tell it', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'trader-clock-'))
    const [keys, logFolder] = [join(folder, 'keys'), join(folder, 'logs', 'live')]
    makeKeys(keys, logFolder)
    const log = await startLone(folder, ['log', '--port', '0'])
    const router = await startLone(folder, ['router', '--port', '0', '--log', log.url])
    // As if the machine's clock had been ten minutes ahead, and was set right while nothing ran.
    const ahead = (Math.floor(Date.now() / 1_000) + 600) * 1_000_000
    const bus = await connectBus({
      ...{ url: router.url, identity: 'clock', secret: readSecret(keys, 'clock'), from: null, topics: null },
    })
    await bus.publishFacts([{ topic: 'system.time', payload: { now: ahead }, at: ahead, epoch: 1, n: 0 }])
    await bus.close()
    let newest = ahead
    for (let start = 1; start <= 3; start++) {
      const clock = await startLone(folder, ['clock', '--url', router.url])
      const [one, two] = [await asked(clock.url), await askedBySocket(clock.url)]
      expect(one).toMatchObject({ mode: 'live', iso: expect.stringMatching(/^\d{4}-.*\.\d{6}Z$/) })
      expect(one.now).toBeGreaterThan(newest)
      expect(two.now).toBeGreaterThan(one.now)
      while (times(logFolder).length <= start) await sleep(20)
      await clock.stop('SIGKILL')
      newest = times(logFolder).at(-1) as number
    }
    const said = times(logFolder)
    expect(said).toEqual([...new Set(said)].sort((a, b) => a - b))
    await router.stop()
    await log.stop()
    removeFolder(folder)
  }, 60_000)
})

const times = (log: string): number[] =>
  eventsIn(log).flatMap(({ topic, payload }) => (topic === 'system.time' ? [payload.now] : []))

describe('trader clock of what is recorded', () => {
  let folder = ''
  afterAll(() => removeFolder(folder))

  test.each([
    ['backtest', true],
    ['replay', false],
  ])(
    'in a %s its time is that of the events',
    async (mode, lockstep) => {
      if (folder === '') folder = await walkFolder(40)
      const tree = new LiveTree(folder, mode, walkTopology(folder, mode, { lockstep }))
      await tree.drained(200)
      const { clockUrl } = JSON.parse(readFileSync(join(tree.log, 'tree.json'), 'utf8'))
      const last = eventsIn(tree.log).findLast(({ topic }) => topic === 'md.bar')?.at
      expect(await asked(clockUrl)).toMatchObject({ mode, now: last })
      expect(await askedBySocket(clockUrl)).toMatchObject({ mode, now: last })
      expect(await tree.stop()).toBe(0)
      expect(times(tree.log).at(-1)).toBe(last)
    },
    60_000,
  )

  test('[C10] of the seeded market as it is now, in lockstep, its time is that of the events too', async () => {
    if (folder === '') folder = await walkFolder(40)
    const file = walkTopology(folder, 'now', { lockstep: true })
    const feed = 'feed: { kind: seeded, eventsPerSecond: 50 }'
    writeFileSync(file, readFileSync(file, 'utf8').replace(/^feed: .*$/m, feed))
    const tree = new LiveTree(folder, 'now', file)
    await expect.poll(() => eventsIn(tree.log).length, { timeout: 40_000, interval: 200 }).toBeGreaterThan(60)
    const events = eventsIn(tree.log)
    const market = new Set(events.flatMap(({ topic, at }) => (topic.startsWith('md.') ? [at] : [])))
    expect(times(tree.log)).toSatisfy((all: number[]) => all.length > 0 && all.every((now) => market.has(now)))
    expect(await tree.stop()).toBe(0)
  }, 60_000)
})
