import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { commandTree, type OperatorCommand } from '#compose/tree-command.ts'
import { ensureSecret, readSecret } from '#lib/bus/auth.ts'
import { connectBus } from '#lib/bus/bus-client.ts'
import { Connection } from '#lib/bus/connection.ts'
import type { LogPort } from '#lib/bus/log-port.ts'
import { Outbox } from '#lib/bus/outbox.ts'
import { bodyOf } from '#lib/codec/event-text.ts'
import { MemoryLog } from '#lib/journal/memory-log.ts'
import { answerId } from '#lib/kernel/event-id.ts'
import type { PayloadOf } from '#schemas/catalogue.ts'
import type { Event, Fact } from '#schemas/event.ts'
import { type BusOfTest, openBus } from '#test/lib/bus/bus-of-test.ts'

/** The router's clock in these tests. */
const routerNow = 1_764_000_000_000_000
const nowMs = routerNow / 1_000

let keys: string
let bus: BusOfTest
let answering: Connection
let strategy: Connection | undefined

beforeEach(() => {
  keys = mkdtempSync(join(tmpdir(), 'trader-command-'))
  for (const identity of ['operator', 'risk', 'strategy']) ensureSecret(keys, identity)
})
afterEach(async () => {
  await answering?.close()
  await strategy?.close()
  await bus?.close()
  rmSync(keys, { recursive: true })
})

/** A router, and someone who answers every command with its reason, as risk. */
async function open(log?: LogPort): Promise<void> {
  bus = await openBus(log, { secretOf: (identity) => readSecret(keys, identity), mayRead })
  answering = await answerAs('risk', ({ reason }) => reason)
}

async function answerAs(
  identity: string,
  wordsOf: (command: PayloadOf<'system.command'>) => string,
): Promise<Connection> {
  const outbox = new Outbox()
  const welcome = Promise.withResolvers<void>()
  const connection: Connection = new Connection({
    ...{ url: bus.url, identity, secret: readSecret(keys, identity) },
    wish: () => ({ from: 1, topics: ['system.command'], isService: false }),
    onWelcome: () => welcome.resolve(),
    onEvents: (_from, _to, lines) => {
      for (const line of lines) {
        const { id: cause, seq, at, topic, payload } = JSON.parse(line) as Event
        if (topic !== 'system.command') continue
        const result = { command: cause, isDone: true, message: wordsOf(payload) }
        const id = answerId(identity, seq, 0)
        const answer = { id, topic: 'system.command.result', v: 1, at, source: identity, cause, payload: result }
        outbox.push(id, [bodyOf(answer as Event)])
      }
      outbox.flush(connection)
    },
    onAck: (through) => outbox.ack(through),
    onRefused: (reason) => welcome.reject(new Error(reason)),
  })
  await welcome.promise
  return connection
}

const mayRead = (identity: string) => ['operator', 'risk', 'strategy'].includes(identity)
const halt = (reason: string, atMs = nowMs, withinMs = 10_000) => say({ command: 'halt', reason }, atMs, withinMs)
const say = (command: OperatorCommand, atMs = nowMs, withinMs = 10_000, partMs = 3_000) =>
  commandTree({ routerUrl: bus.url, keys }, command, { nowMs: () => atMs, withinMs, partMs })

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
      ...{ id: `operator:e${nowMs}.0`, isDone: false, isUnanswered: true },
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

describe('an answer that is not of who answers such a command', () => {
  it('[R22] counts for nothing', async () => {
    bus = await openBus(undefined, { secretOf: (identity) => readSecret(keys, identity), mayRead })
    answering = await answerAs('strategy', () => 'halted: no new exposure')
    expect(await halt('drill', nowMs, 300)).toMatchObject({ isDone: false, isUnanswered: true })
    const { lines } = await bus.log.read({ from: 1, maxBytes: 1 << 20, topics: ['system.command.result'] })
    expect(lines).toHaveLength(1)
  })
})

describe('a command to a strategy', () => {
  const kill = (partMs: number) => {
    return say({ command: 'strategy.halt', target: 'cross', reason: 'no leave' }, nowMs, 10_000, partMs)
  }

  it('has the answers of its process and of the gate', async () => {
    await open()
    strategy = await answerAs('strategy', ({ target }) => `${target} halted`)
    expect(await kill(10_000)).toEqual({
      ...{ id: `operator:e${nowMs}.0`, isDone: true, message: 'cross halted; no leave' },
    })
  })

  it('[R52] whose process is dead has that of the gate, soon, and says who is silent', async () => {
    await open()
    expect(await kill(50)).toEqual({
      ...{ id: `operator:e${nowMs}.0`, isDone: false, isUnanswered: true },
      message:
        'no leave; the process of the strategy has not answered within 0.05 s: it does when it is back, and closes no position before',
    })
  })

  it('has that of its process while the gate is dead, and says so', async () => {
    await open()
    await answering.close()
    strategy = await answerAs('strategy', ({ target }) => `${target} halted`)
    const message = 'cross halted; the risk gate has not answered within 0.05 s: it does when it is back'
    expect(await kill(50)).toMatchObject({ isDone: false, isUnanswered: true, message })
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
