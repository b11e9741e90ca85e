import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Event } from '#schemas/event.ts'
import { repository, trader } from '#test/process/trader.ts'
import { eventsIn, LiveTree, removeFolder, walkFolder } from '#test/process/tree.ts'

let folder = ''
beforeAll(async () => {
  folder = await walkFolder(80)
})
afterAll(() => removeFolder(folder))

const inFolder = (args: readonly string[]) => trader(args, { cwd: folder })
async function json(...args: string[]) {
  const { exitCode, stdout, stderr } = await inFolder([...args, '--json'])
  expect({ args, exitCode, stderr }).toMatchObject({ exitCode: 0 })
  return JSON.parse(stdout as string)
}

describe('trader replay of a backtest', () => {
  beforeAll(async () => {
    await inFolder(['backtest', 'cross.yaml', '--data', 'data', '--cash', '1000000', '--id', 'walk'])
    // What it was made of may be gone: the log has it.
    writeFileSync(join(folder, 'cross.yaml'), 'name: another\n')
  })

  test('has its facts, its answers and its content hash, and is proven', async () => {
    const { manifest } = JSON.parse(`{"manifest":${readFileSync(join(folder, 'runs/walk/manifest.json'), 'utf8')}}`)
    const replayed = await json('replay', 'walk')
    expect(replayed).toMatchObject({ run: 'replay-walk', isWhole: true, isSame: true, facts: 83 })
    expect(replayed.contentHash).toBe(manifest.contentHash)
    expect(await json('verify', 'replay-walk')).toMatchObject({ isProven: true, events: manifest.events })
  })

  test('goes as fast as it can to where it is to begin, and from there at its speed', async () => {
    const bars = eventsIn(join(folder, 'runs/walk/log')).filter(({ topic }) => topic === 'md.bar')
    const from = bars.at(-4) as Event
    const startedMs = performance.now()
    // Bars are a minute apart: two a second at this speed, 40 seconds from the beginning.
    const replayed = await json('replay', 'walk', '--speed', '120', '--seek', String(from.seq), '--run', 'from-seq')
    expect(performance.now() - startedMs).toBeGreaterThan(1_500)
    expect(replayed).toMatchObject({ isSame: true })
    const at = new Date(from.at / 1_000).toISOString()
    expect(await json('replay', 'walk', '--speed', '120', '--seek', at)).toMatchObject({
      run: 'replay-walk-2',
      isSame: true,
    })
  }, 60_000)

  test.each([
    [['--speed', 'fast'], 'trader: --speed fast: expected max, or a number like 10\n'],
    [['--seek', 'noon'], /^trader: --seek: /],
  ])('told wrong (%s) it ends with 2 before anything starts', async (flags, words) => {
    const { exitCode, stderr } = await inFolder(['replay', 'walk', ...flags])
    expect(exitCode).toBe(2)
    expect(stderr).toMatch(words)
  })

  test('of what is no run it ends with 2', async () => {
    expect(await inFolder(['replay', 'nothing'])).toMatchObject({ exitCode: 2 })
  })
})

describe('trader replay of a live run', () => {
  test('has what market, clock and operator said, and each configuration in its place; it is proven', async () => {
    const strategy = readFileSync(join(repository, 'examples/fast-cross.yaml'), 'utf8').replace('5s', '100ms')
    writeFileSync(join(folder, 'fast.yaml'), strategy)
    const lines = [
      'run: seen',
      'router: { port: 0 }',
      'feed: { kind: seeded, seed: 7, eventsPerSecond: 200 }',
      'bars: [{ instrument: ACME.SIM, interval: 100ms }]',
      'venue: { fill: touch, latencyMicros: 5000 }',
      'strategies: [{ file: fast.yaml, roles: { underlying: ACME.SIM } }]',
    ]
    writeFileSync(join(folder, 'seen.yaml'), `${lines.join('\n')}\n`)
    const live = new LiveTree(folder, 'seen', 'seen.yaml')
    await live.until(300)
    await json('halt', '--run', 'seen', '--reason', 'drill', '--yes')
    await json('resume', '--run', 'seen', '--reason', 'drill over', '--yes')
    writeFileSync(join(folder, 'fast.yaml'), strategy.replace('quantity: 10', 'quantity: 7'))
    const hasReloaded = () => count(eventsIn(live.log), 'strategy.loaded') > 1
    while (!hasReloaded()) await sleep(50)
    await live.until(eventsIn(live.log).length + 500)
    expect(await live.stop()).toBe(0)
    const replayed = await json('replay', 'seen', '--run', 'again')
    expect(replayed).toMatchObject({ isWhole: true })
    const [then, now] = [eventsIn(live.log), eventsIn(join(folder, 'logs/again'))]
    for (const topic of [
      'md.tick',
      'md.option.tick',
      'system.time',
      'system.command',
      'strategy.loaded',
      'risk.halted',
    ])
      expect(`${topic} ${count(now, topic)}`).toBe(`${topic} ${count(then, topic)}`)
    expect(count(then, 'system.time')).toBeGreaterThan(1)
    expect(count(now, 'order.fill')).toBeGreaterThan(0)
    expect(await json('verify', 'again')).toMatchObject({ isProven: true, unanswered: 0 })
  }, 180_000)
})

const count = (events: readonly Event[], topic: string): number =>
  events.filter((event) => event.topic === topic).length
