import { type AddressInfo, connect } from 'node:net'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { describe, expect, it } from 'vitest'
import { WebSocketServer } from 'ws'
import { Commit, TopicFilter } from '#lib/bus/commit.ts'
import { Committer } from '#lib/bus/committer.ts'
import { FreeOrder, type Waiting } from '#lib/bus/free-order.ts'
import { Leaving } from '#lib/bus/strangers.ts'
import { MemoryLog } from '#lib/journal/memory-log.ts'
import { helloFrame, openBus, openRaw, openWelcome, type Raw, tickBody, until } from './bus-of-test.ts'

/** A log whose answer comes in a later turn of the loop. */
class LogOfTurns extends MemoryLog {
  override async append(groups: readonly (readonly string[])[]) {
    await new Promise((resolve) => setImmediate(resolve))
    return super.append(groups)
  }
}

describe('topics of a hello', () => {
  it('[R11] two filters share a frame only when they are equal', () => {
    const commit = new Commit(1, ['{"seq":1,"topic":"a"}', '{"seq":2,"topic":"b"}'], ['a', 'b'])
    expect(commit.frameFor(1, new TopicFilter(['*']))).toBeNull()
    expect(commit.frameFor(1, new TopicFilter(null))).not.toBeNull()
    expect(commit.frameFor(1, new TopicFilter(['a b']))).toBeNull()
    expect(commit.frameFor(1, new TopicFilter(['b', 'a']))).not.toBeNull()
  })
})

/** A log that counts how often it is asked for what it knows. */
class LogAsked extends MemoryLog {
  asked = 0
  override state() {
    this.asked++
    return super.state()
  }
}

describe('many who come', () => {
  it('[R20] are one question to the log between two appends, and a welcome says the newest marks', async () => {
    const log = new LogAsked()
    const bus = await openBus(log)
    const before = log.asked
    const welcomes = async (count: number) =>
      (await Promise.all(Array.from({ length: count }, () => openWelcome(bus.url, 'md')))).map(({ socket, frames }) => {
        socket.terminate()
        return JSON.parse(frames[0] as string) as { marks: { md?: { fact: { epoch: number; n: number } | null } } }
      })
    await welcomes(20)
    expect(log.asked).toBe(before + 1)
    const { socket, frames } = await openWelcome(bus.url, 'md')
    socket.send(`${JSON.stringify({ t: 'publish', k: 0, groups: [1] })}\n${tickBody(0)}`)
    await until(() => frames.length > 1)
    expect((await welcomes(20)).map(({ marks }) => marks.md?.fact)).toEqual(Array(20).fill({ epoch: 1, n: 0 }))
    expect(log.asked).toBe(before + 2)
    socket.terminate()
    await bus.close()
    expect(bus.failures).toEqual([])
  })
})

describe('one identity', () => {
  it('[R19] has so many connections, of which the oldest goes: there is room for the operator', async () => {
    const bus = await openBus()
    const own = []
    for (let n = 0; n < 40; n++) own.push(await openWelcome(bus.url, 'md'))
    await until(() => bus.router.connections.all <= 32)
    expect(bus.router.connections.all).toBe(32)
    expect(own.slice(0, 8).map(({ frames }) => JSON.parse(frames.at(-1) ?? '{}').t)).toEqual(Array(8).fill('refused'))
    const { socket, frames } = await openWelcome(bus.url, 'operator')
    expect(JSON.parse(frames[0] ?? '{}').t).toBe('welcome')
    for (const one of [...own, { socket }]) one.socket.terminate()
    await bus.close()
  })
})

describe('who comes at one time', () => {
  /** A log that answers what it knows when it is told to. */
  class LogHeld extends MemoryLog {
    asked = 0
    readonly go = Promise.withResolvers<void>()
    override async state() {
      if (this.asked++ > 0) await this.go.promise
      return super.state()
    }
  }

  it('[R13] of a service that greets three times while the log is slow, one connection stays', async () => {
    const log = new LogHeld()
    const bus = await openBus(log)
    const raws = await Promise.all([1, 2, 3].map(() => openRaw(bus.url)))
    for (const { socket, nonce } of raws) socket.send(helloFrame(nonce, 'md', { isService: true }))
    await until(() => log.asked > 1 && bus.router.connections.unknown === 0)
    log.go.resolve()
    await until(() => raws.filter(({ frames }) => frames.at(-1)?.includes('a newer connection')).length === 2)
    expect(bus.router.status().connections).toHaveLength(1)
    for (const { socket } of raws) socket.terminate()
    await bus.close()
  })

  it('[R19] of an identity that comes 100 times, and does not go when it is refused, 32 have a place', async () => {
    const log = new LogHeld()
    const bus = await openBus(log)
    const raws: Raw[] = []
    for (let n = 0; n < 100; n++) {
      const raw = await openRaw(bus.url)
      raw.socket.send(helloFrame(raw.nonce, 'md'), () => raw.socket.pause())
      raws.push(raw)
    }
    await until(() => bus.router.connections.unknown === 0)
    log.go.resolve()
    await until(() => bus.router.connections.all > 0)
    expect(bus.router.connections.all).toBe(32)
    for (const { socket } of raws) socket.terminate()
    await bus.close()
  })
})

describe('who is refused', () => {
  it('[R19] and does not go, is cut when 64 others do not either', async () => {
    const server = new WebSocketServer({ host: '127.0.0.1', port: 0 })
    const leaving = new Leaving()
    server.on('connection', (socket, { socket: bytes }) => leaving.add(socket, bytes))
    await new Promise((resolve) => server.once('listening', resolve))
    const { port } = server.address() as AddressInfo
    const sockets = Array.from({ length: 70 }, () => connect(port, '127.0.0.1'))
    const key = 'dGhlIHNhbXBsZSBub25jZQ=='
    const upgrade = `GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: ${key}\r\n`
    let came = 0
    server.on('connection', () => came++)
    for (const socket of sockets) socket.write(`${upgrade}Sec-WebSocket-Version: 13\r\n\r\n`)
    await until(() => came === 70 && server.clients.size <= 64)
    expect(server.clients.size).toBe(64)
    for (const socket of sockets) socket.destroy()
    server.close()
  })
})

describe('what the router holds', () => {
  it('[R8] groups that are in the log are let go, also while others always wait', async () => {
    setFlagsFromString('--expose_gc')
    const collect = runInNewContext('gc') as () => void
    const failures: unknown[] = []
    const order = new FreeOrder(new Committer(new LogOfTurns(), 0, () => undefined), (error) => failures.push(error))
    const past: WeakRef<Waiting>[] = []
    let n = 0
    const last = 100
    let isOver = false
    await new Promise<void>((resolve) => {
      // Whatever is done brings the next, and two appends' worth always wait.
      const submit = () => {
        const body = tickBody(n++, 'x'.repeat(700_000))
        const waiting: Waiting = {
          groups: [{ bodies: [body], topics: ['md.tick'], configured: [] }],
          done: () => {
            if (!isOver) submit()
            if (n === last) resolve()
          },
          speaker: { isRefused: false },
        }
        past.push(new WeakRef(waiting))
        order.submit(waiting)
      }
      for (let i = 0; i < 4; i++) submit()
    })
    await new Promise((resolve) => setImmediate(resolve))
    collect()
    isOver = true
    expect(failures).toEqual([])
    expect(past.slice(0, last / 2).filter((ref) => ref.deref() !== undefined)).toHaveLength(0)
  })
})
