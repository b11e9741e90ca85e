import { request } from 'node:http'
import { afterEach, describe, expect, it } from 'vitest'
import { Connection } from '#lib/bus/connection.ts'
import { formatFrame } from '#lib/bus/frame.ts'
import { Outbox } from '#lib/bus/outbox.ts'
import { contentOf } from '#lib/codec/event-text.ts'
import { MemoryLog } from '#lib/journal/memory-log.ts'
import { FaultyLine } from '#test/faults/harness-line.ts'
import { type BusOfTest, helloFrame, openBus, openRaw, openWelcome, secret, tickBody, until } from './bus-of-test.ts'

let bus: BusOfTest
const connections: Connection[] = []
afterEach(async () => {
  await Promise.all(connections.splice(0).map((connection) => connection.close()))
  await bus?.close()
})

const publish = (lines: readonly string[], k = 0) => formatFrame({ t: 'publish', k, groups: lines.map(() => 1) }, lines)
const bodies = (from: number, count: number, text = '') =>
  Array.from({ length: count }, (_, i) => tickBody(from + i, `${from + i}${text}`))

function listen(url: string, topics: readonly string[] | null = null) {
  const seen: number[] = []
  const told = { to: 0, gaps: 0 }
  const connection = new Connection({
    url,
    identity: 'operator',
    secret,
    wish: () => ({ from: (seen.at(-1) ?? 0) + 1, topics: topics === null ? null : [...topics], isService: false }),
    onWelcome: () => {
      told.to = seen.at(-1) ?? 0
    },
    onEvents: (from, to, lines) => {
      if (from !== told.to + 1) told.gaps++
      told.to = to
      for (const line of lines) seen.push(Number(line.slice(7, line.indexOf(','))))
    },
    onRefused: () => undefined,
  })
  connections.push(connection)
  return { connection, seen, told }
}

/** A log that answers an append when it is told to. */
class SlowLog extends MemoryLog {
  readonly waiting: (() => void)[] = []
  sizes: number[] = []
  override async append(groups: readonly (readonly string[])[]) {
    this.sizes.push(groups.length)
    await new Promise<void>((resolve) => this.waiting.push(resolve))
    return super.append(groups)
  }
}

it('[R2] shows nothing beyond what it was told of, however much a read of the log gives', async () => {
  const log = new (class extends MemoryLog {
    override read({ to: _, ...request }: Parameters<MemoryLog['read']>[0]): ReturnType<MemoryLog['read']> {
      return super.read(request)
    }
  })()
  await log.append([[tickBody(0)], [tickBody(1)]])
  bus = await openBus(log)
  // Another router appends: this one was not told of it.
  await log.append([[tickBody(2)], [tickBody(3)]])
  const raw = await openWelcome(bus.url, 'operator', { from: 1 })
  await until(() => raw.frames.length > 1)
  expect(raw.frames[1]?.split('\n')[0]).toBe('{"t":"events","from":1,"to":2}')
  expect(raw.frames[1]?.split('\n')).toHaveLength(3)
  raw.socket.close()
})

describe('events', () => {
  it('[R1] are shown to nobody, and not acknowledged, before the log has them', async () => {
    const log = new SlowLog()
    bus = await openBus(log)
    const consumer = listen(bus.url)
    const publisher = await openWelcome(bus.url, 'md')
    publisher.socket.send(publish(bodies(0, 3)))
    await until(() => log.waiting.length === 1)
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect([consumer.seen, publisher.frames.length]).toEqual([[], 1])
    log.waiting.shift()?.()
    await until(() => consumer.seen.length === 3)
    expect(publisher.frames[1]).toBe('{"t":"ack","through":3}')
  })

  it('[R8] one append is in flight, what arrives meanwhile is the next, and a single one waits for nothing', async () => {
    const log = new SlowLog()
    bus = await openBus(log)
    const publisher = await openWelcome(bus.url, 'md')
    for (let n = 0; n < 100; n++) publisher.socket.send(publish([tickBody(n)], n))
    await until(() => log.waiting.length === 1)
    await until(() => bus.router.measures.frames === 100)
    for (let done = 0; done < 100; ) {
      await until(() => log.waiting.length > 0)
      expect(log.waiting).toHaveLength(1)
      done = log.sizes.reduce((sum, size) => sum + size, 0)
      log.waiting.shift()?.()
    }
    expect(log.sizes.length).toBeLessThan(10)
    await until(() => publisher.frames.at(-1) === '{"t":"ack","through":100}')
  })

  it('[R2] are the same to all, in intervals that follow each other, also under a filter', async () => {
    bus = await openBus()
    const all = listen(bus.url)
    const ticks = listen(bus.url, ['md.tick'])
    const other = listen(bus.url, ['md.status'])
    const publisher = await openWelcome(bus.url, 'md')
    for (let n = 0; n < 1_000; n += 10) publisher.socket.send(publish(bodies(n, 10), n))
    await until(() => all.seen.length === 1_000 && ticks.seen.length === 1_000)
    const late = listen(bus.url)
    await until(() => late.seen.length === 1_000)
    expect(late.seen).toEqual(Array.from({ length: 1_000 }, (_, i) => i + 1))
    expect([all.seen, ticks.seen, other.seen]).toEqual([late.seen, late.seen, []])
    expect([all, ticks, other, late].map(({ told }) => told.gaps)).toEqual([0, 0, 0, 0])
  })

  it('[R7] go on canonical, however they were written', async () => {
    bus = await openBus()
    const publisher = await openWelcome(bus.url, 'md')
    const { id, topic, v, payload, ...rest } = JSON.parse(tickBody(0)) as Record<string, unknown>
    publisher.socket.send(publish([JSON.stringify({ v, topic, ...rest, id, payload }).replaceAll(',', ' , ')]))
    await until(() => publisher.frames.length === 2)
    expect(publisher.frames[1]).toBe('{"t":"ack","through":1}')
    const { lines } = await bus.log.read({ from: 1, maxBytes: 1_000 })
    expect(lines).toEqual([`{"seq":1,${tickBody(0).slice(1)}`])
  })

  it('[R7] doubles go on as this system writes them, however another writer wrote them', async () => {
    bus = await openBus()
    const publisher = await openWelcome(bus.url, 'md')
    const body = (n: number, delta: string) =>
      `{"id":"md:e1.${n}","topic":"md.option.tick","v":1,"at":1764000000000000,"source":"md","cause":null,"payload":{"instrument":"ACME-C.SIM","bid":null,"bidSize":null,"ask":null,"askSize":null,"delta":${delta}}}`
    const deltas = ['1e-07', '99.90', '1E5', '10e-1', '-0', '1.0', '0.10000000000000000001', '0.30000000000000004']
    publisher.socket.send(publish(deltas.map((delta, n) => body(n, delta))))
    await until(() => publisher.frames.length === 2)
    expect(publisher.frames[1]).toBe('{"t":"ack","through":8}')
    const { lines } = await bus.log.read({ from: 1, maxBytes: 10_000 })
    expect(lines).toEqual(deltas.map((delta, n) => contentOf(n + 1, body(n, JSON.stringify(Number(delta))))))
  })

  it('[R3] [R4] [R22] sent twice are in the log once, and acknowledged twice, the second time by name', async () => {
    bus = await openBus()
    const publisher = await openWelcome(bus.url, 'md')
    publisher.socket.send(publish(bodies(0, 5)))
    publisher.socket.send(publish(bodies(0, 5), 5))
    await until(() => publisher.frames.at(-1) === '{"t":"ack","through":10,"repeats":[5,6,7,8,9]}')
    expect((await bus.log.state()).head).toBe(5)
  })
})

describe('flow', () => {
  it('[R9] a client keeps within its credit, and goes on as it is acknowledged', async () => {
    const log = new SlowLog()
    bus = await openBus(log)
    const outbox = new Outbox()
    let acknowledged = 0
    const connection: Connection = new Connection({
      url: bus.url,
      identity: 'md',
      secret,
      wish: () => ({ from: null, topics: null, isService: false }),
      onWelcome: () => {
        for (const [n, body] of bodies(0, 20_000).entries()) outbox.push(`md:e1.${n}`, [body])
        outbox.flush(connection)
      },
      onAck: (through) => {
        acknowledged = through
        outbox.ack(through)
        outbox.flush(connection)
      },
      onRefused: () => undefined,
    })
    connections.push(connection)
    const sent = () => bus.router.status().connections.find(({ identity }) => identity === 'md')?.unacknowledged ?? 0
    await until(() => sent() === 8_192)
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect(sent()).toBe(8_192)
    const timer = setInterval(() => log.waiting.shift()?.(), 1)
    await until(() => acknowledged === 20_000)
    clearInterval(timer)
  })

  it('[R9] from who keeps to no credit the router reads no more until the log has caught up', async () => {
    const log = new SlowLog()
    bus = await openBus(log)
    const publisher = await openWelcome(bus.url, 'md')
    const frames = Array.from({ length: 80 }, (_, i) => publish(bodies(i * 1_000, 1_000), i * 1_000))
    for (const frame of frames) publisher.socket.send(frame)
    const held = () => bus.router.status().connections[0]?.unacknowledged ?? 0
    await until(() => held() > 16_384)
    await new Promise((resolve) => setTimeout(resolve, 100))
    expect(held()).toBeLessThan(40_000)
    const timer = setInterval(() => log.waiting.shift()?.(), 1)
    await until(() => publisher.frames.at(-1) === '{"t":"ack","through":80000}', 20_000)
    clearInterval(timer)
  })

  it('[R10] who is too slow reads from the log, misses nothing, keeps nobody waiting, and it is said', async () => {
    bus = await openBus()
    const slow = listen(bus.url, ['md.tick'])
    const healthy = listen(bus.url, ['md.tick'])
    const operator = listen(bus.url, ['system.backpressure'])
    await until(() => slow.connection.isOpen && healthy.connection.isOpen && operator.connection.isOpen)
    slow.connection.pause()
    const publisher = await openWelcome(bus.url, 'md')
    const count = 40_000
    for (let n = 0; n < count; n += 500) publisher.socket.send(publish(bodies(n, 500, 'x'.repeat(40).slice(0, 40)), n))
    await until(() => healthy.seen.length === count, 20_000)
    await until(() => operator.seen.length >= 1)
    expect(slow.seen).toEqual([])
    const behind = bus.router.status().connections.find(({ behind }) => behind > 0)
    expect(behind?.unheardBytes).toBeLessThan(6 << 20)
    slow.connection.resume()
    await until(() => slow.seen.length === count, 20_000)
    expect(slow.seen).toEqual(healthy.seen)
    expect([slow.told.gaps, healthy.told.gaps]).toEqual([0, 0])
    const states = async () => {
      const { lines } = await bus.log.read({ from: 1, maxBytes: 1 << 20, topics: ['system.backpressure'] })
      return lines.map((line) => (JSON.parse(line) as { payload: { consumer: string; state: string } }).payload)
    }
    // The healthy one shares a thread with all the others here, and may have been late as well.
    await until(() => operator.seen.length % 2 === 0)
    expect((await states())[0]).toMatchObject({ consumer: 'operator', state: 'behind' })
    expect((await states()).at(-1)).toMatchObject({ consumer: 'operator', state: 'caught_up' })
  })
})

describe('connections', () => {
  it('[R12] one on which nothing comes any more is cut off by the router', async () => {
    bus = await openBus(undefined, { heartbeatMs: 40 })
    const silent = await openRaw(bus.url, { autoPong: false })
    silent.socket.send(helloFrame(silent.nonce, 'md'))
    await until(() => bus.router.connections.all === 1)
    expect(await silent.closed).toBe(1006)
    await until(() => bus.router.connections.all === 0)
  })

  it('[R12] a client leaves a router from which nothing comes, and comes back to one that speaks', async () => {
    bus = await openBus(undefined, { heartbeatMs: 40 })
    const line = new FaultyLine()
    line.target = Number(new URL(bus.url).port)
    const url = `ws://127.0.0.1:${await line.listen()}`
    let welcomes = 0
    let losses = 0
    const connection = new Connection({
      url,
      identity: 'operator',
      secret,
      wish: () => ({ from: null, topics: null, isService: false }),
      onWelcome: () => welcomes++,
      onLost: () => losses++,
      onRefused: () => undefined,
    })
    connections.push(connection)
    await until(() => welcomes === 1)
    line.blacken(line.links)
    await until(() => losses === 1 && welcomes === 2)
    await until(() => bus.router.connections.all === 1)
    line.close()
  })

  it('[R14] tells its health, its state and its figures on the same port', async () => {
    bus = await openBus()
    const publisher = await openWelcome(bus.url, 'md')
    publisher.socket.send(publish(bodies(0, 5)))
    await until(() => publisher.frames.length === 2)
    const get = async (path: string, headers = {}) => fetch(`${bus.url.replace('ws', 'http')}${path}`, { headers })
    expect([(await get('/healthz')).status, (await get('/readyz')).status, (await get('/')).status]).toEqual([
      200, 200, 404,
    ])
    expect(await (await get('/status')).json()).toMatchObject({
      head: 5,
      committed: 5,
      connections: [{ identity: 'md' }],
    })
    const text = await (await get('/metrics')).text()
    for (const line of text.trim().split('\n'))
      expect(line).toMatch(/^(# (HELP|TYPE) [a-z_]+ .+|[a-z_]+(\{[a-z]+="[^"]*"(,[a-z]+="[^"]*")*\})? -?[\d.e+-]+)$/)
    expect(text).toContain('trader_router_events_total 5\n')
    expect(text).toContain('trader_router_hop_seconds{hop="commit",quantile="0.99"} ')
    expect((await get('/status', { origin: 'https://evil.example' })).status).toBe(404)
  })

  it('[R14] tells nothing to a page whose name was led to this machine', async () => {
    bus = await openBus()
    const { port } = new URL(bus.url)
    const statusFor = (host: string) =>
      new Promise((resolve, reject) => {
        const options = { port, host: '127.0.0.1', path: '/status', headers: { host } }
        request(options, (response) => resolve(response.resume().statusCode))
          .on('error', reject)
          .end()
      })
    const hosts = [`evil.example:${port}`, 'localhost.evil.example', `localhost:${port}`, '127.0.0.1', '[::1]:80']
    expect(await Promise.all(hosts.map(statusFor))).toEqual([404, 404, 200, 200, 200])
  })

  it('[R14] asks its log once for all who want to know whether it is ready', async () => {
    const log = new MemoryLog()
    bus = await openBus(log)
    let asked = 0
    const { state } = log
    log.state = () => {
      asked++
      return new Promise((resolve) => setTimeout(() => resolve(state.call(log)), 200))
    }
    const answers = await Promise.all(
      Array.from({ length: 50 }, () => fetch(`${bus.url.replace('ws', 'http')}/readyz`)),
    )
    expect(answers.every(({ status }) => status === 200)).toBe(true)
    expect(asked).toBeLessThan(10)
  })

  it('[R14] is not ready while its log does not answer', async () => {
    const log = new MemoryLog()
    bus = await openBus(log)
    log.state = () => new Promise(() => undefined)
    expect((await fetch(`${bus.url.replace('ws', 'http')}/readyz`)).status).toBe(503)
    expect((await fetch(`${bus.url.replace('ws', 'http')}/healthz`)).status).toBe(200)
  })
})
