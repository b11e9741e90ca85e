import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { commandTree } from '#compose/tree-command.ts'
import { ensureSecret, readSecret } from '#lib/bus/auth.ts'
import { type BusConnection, connectBus } from '#lib/bus/bus-client.ts'
import type { LogPort } from '#lib/bus/log-port.ts'
import { MemoryLog } from '#lib/journal/memory-log.ts'
import type { Event, Fact } from '#schemas/event.ts'
import { type BusOfTest, openBus } from '#test/lib/bus/bus-of-test.ts'

/** The router's clock in these tests. */
const routerNow = 1_764_000_000_000_000
const nowMs = routerNow / 1_000

let keys: string
let bus: BusOfTest
let answering: BusConnection

beforeEach(() => {
  keys = mkdtempSync(join(tmpdir(), 'trader-command-'))
  for (const identity of ['operator', 'risk']) ensureSecret(keys, identity)
})
afterEach(async () => {
  await answering?.close()
  await bus?.close()
  rmSync(keys, { recursive: true })
})

/** A router, and someone who answers every command with its reason, as risk. */
async function open(log?: LogPort): Promise<void> {
  bus = await openBus(log, { secretOf: (identity) => readSecret(keys, identity), mayRead })
  let n = 0
  answering = await connectBus({
    ...{ url: bus.url, identity: 'risk', secret: readSecret(keys, 'risk'), from: 1, topics: ['system.command'] },
    onEvents: (events) => {
      for (const { id, topic, payload } of events) {
        if (topic !== 'system.command') continue
        const result = { command: id, isDone: true, message: payload.reason }
        const fact = { topic: 'system.command.result', payload: result, at: routerNow, epoch: 1, n: n++ } as const
        // Not acknowledged where the test is over before.
        answering.publishFacts([fact]).catch(() => undefined)
      }
    },
  })
}

const mayRead = (identity: string) => identity === 'operator' || identity === 'risk'
const halt = (reason: string, atMs = nowMs, withinMs = 10_000) =>
  commandTree({ routerUrl: bus.url, keys }, { command: 'halt', reason }, { nowMs: () => atMs, withinMs })

async function commands(): Promise<Event<'system.command'>[]> {
  const { lines } = await bus.log.read({ from: 1, maxBytes: 1 << 20, topics: ['system.command'] })
  return lines.map((line) => JSON.parse(line) as Event<'system.command'>)
}

const fact = (at: number, epoch: number): Fact<'system.command'> => {
  return {
    topic: 'system.command',
    payload: { command: 'halt', reason: 'drill', operator: 'someone' },
    at,
    epoch,
    n: 0,
  }
}

async function sayAsOperator(one: Fact<'system.command'>): Promise<{ readonly isRepeated: boolean }> {
  const secret = readSecret(keys, 'operator')
  const operator = await connectBus({ url: bus.url, identity: 'operator', secret, from: null, topics: null })
  try {
    return await operator.publishFacts([one])
  } finally {
    await operator.close()
  }
}

describe('a command of the operator', () => {
  it('[R22] is said and answered when the clock is behind that of an earlier command', async () => {
    await open()
    await halt('first', nowMs + 3_600_000)
    expect(await halt('second')).toMatchObject({ isDone: true, message: 'second' })
    expect((await commands()).map(({ id }) => id)).toEqual([
      `operator:e${nowMs + 3_600_000}.0`,
      `operator:e${nowMs + 3_600_001}.0`,
    ])
  })

  it('[R22] is never lost to others of the same millisecond, and hears its own answer', async () => {
    await open()
    const reasons = Array.from({ length: 8 }, (_, i) => `halt ${i}`)
    const answers = await Promise.all(reasons.map((reason) => halt(reason)))
    expect(answers.map(({ message }) => message)).toEqual(reasons)
    const said = await commands()
    expect(said.map(({ payload }) => payload.reason).sort()).toEqual(reasons)
    for (const { id, message } of answers) expect(said.find((one) => one.id === id)?.payload.reason).toBe(message)
  })

  it('[R22] is said again when one of the same id came in after its welcome, and its answer is no answer to this one', async () => {
    // The marks of the first welcome after the first command are those from before it.
    const log = new MemoryLog()
    const first = await log.state()
    let isOld = false
    await open({
      state: async () => {
        if (!isOld) return log.state()
        isOld = false
        return first
      },
      append: (groups) => log.append(groups),
      read: (request) => log.read(request),
      close: () => log.close(),
    })
    await halt('first')
    isOld = true
    expect(await halt('second')).toEqual({
      ...{ id: `operator:e${nowMs + 1}.0`, command: `operator:e${nowMs + 1}.0` },
      ...{ isDone: true, message: 'second' },
    })
    expect(isOld).toBe(false)
    expect((await commands()).map(({ payload }) => payload.reason)).toEqual(['first', 'second'])
  })

  it('[R22] is not said to be in the log when the router went away before that was known', async () => {
    const log = new MemoryLog()
    let isAsked: () => void = () => undefined
    const asked = new Promise<void>((resolve) => {
      isAsked = resolve
    })
    await open({
      state: () => log.state(),
      append: () => {
        isAsked()
        return new Promise(() => undefined)
      },
      read: (request) => log.read(request),
      close: () => log.close(),
    })
    const answer = expect(halt('first')).rejects.toThrow('whether what was said is in the log is not known')
    await asked
    await bus.close()
    await answer
  })

  it('[R22] without an answer says that it is in the log, and without an acknowledgement that this is not known', async () => {
    const log = new MemoryLog()
    let isSilent = false
    await open({
      state: () => log.state(),
      append: (groups) => (isSilent ? new Promise(() => undefined) : log.append(groups)),
      read: (request) => log.read(request),
      close: () => log.close(),
    })
    await answering.close()
    expect(await halt('first', nowMs, 500)).toEqual({
      ...{ id: `operator:e${nowMs}.0`, isDone: false },
      message: 'no answer within 0.5 s; it is in the log and will be answered when its service is back',
    })
    isSilent = true
    expect(await halt('second', nowMs, 50)).toMatchObject({
      ...{ isDone: false, message: 'no answer within 0.05 s; whether it is in the log is not known' },
    })
    expect(await commands()).toHaveLength(1)
  })

  it('[R23] has the time of the router, whatever the clock of the operator says', async () => {
    await open()
    await halt('first', nowMs + 86_400_000)
    expect((await commands()).map(({ at }) => at)).toEqual([routerNow])
  })
})

describe('the router', () => {
  it('[R22] tells a publisher which of its groups were there already', async () => {
    await open()
    expect(await sayAsOperator(fact(routerNow, 5))).toEqual({ isRepeated: false })
    expect(await sayAsOperator(fact(routerNow, 5))).toEqual({ isRepeated: true })
    expect(await sayAsOperator(fact(routerNow, 4))).toEqual({ isRepeated: true })
    expect(await sayAsOperator(fact(routerNow, 6))).toEqual({ isRepeated: false })
  })

  it('[R23] refuses a command that is further ahead of its clock than 5 s, with both times', async () => {
    await open()
    expect(await sayAsOperator(fact(routerNow + 5_000_000, 1))).toEqual({ isRepeated: false })
    await expect(sayAsOperator(fact(routerNow + 5_000_001, 2))).rejects.toThrow(
      "operator:e2.0: its time 1764000005000001 is later than 1764000005000000, the latest by the router's clock",
    )
    expect(await commands()).toHaveLength(1)
  })

  it('[R23] refuses a command after which there could be no other', async () => {
    await open()
    for (const epoch of [routerNow / 1_000 + 86_500_000, Number.MAX_SAFE_INTEGER, 1e20])
      await expect(sayAsOperator(fact(routerNow, epoch))).rejects.toThrow('and none could follow it')
    await halt('first')
    expect((await commands()).map(({ payload }) => payload.reason)).toEqual(['first'])
  })

  it('[R23] takes recorded times under lockstep as they are', async () => {
    bus = await openBus(undefined, {
      ...{ secretOf: (identity) => readSecret(keys, identity), mayRead },
      lockstep: { startsAt: 0, services: [] },
    })
    expect(await sayAsOperator(fact(routerNow + 3_600_000_000, 1))).toEqual({ isRepeated: false })
  })
})
