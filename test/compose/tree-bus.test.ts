import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import type { AddressInfo, Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type WebSocket, WebSocketServer } from 'ws'
import { watchBus } from '#compose/tree-bus.ts'
import { newNonce } from '#lib/bus/auth.ts'
import { connectBus } from '#lib/bus/bus-client.ts'
import { formatFrame } from '#lib/bus/frame.ts'
import { MemoryLog } from '#lib/journal/memory-log.ts'
import type { Fact } from '#schemas/event.ts'
import { type BusOfTest, openBus, secret, tick, until } from '../lib/bus/bus-of-test.ts'

const challenge = formatFrame({ t: 'challenge', nonce: newNonce() })

/** A router by hand: what it does with a connection. */
async function serveByHand(onConnection: (socket: WebSocket) => void) {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0 })
  server.on('connection', onConnection)
  await new Promise((resolve) => server.once('listening', resolve))
  const url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}`
  const close = async () => {
    for (const socket of server.clients) socket.terminate()
    await new Promise((resolve) => server.close(resolve))
  }
  return { url, close }
}

/** A router that never welcomes anybody: it hangs up at once, or refuses and hangs up. */
async function openClosed(refuses: boolean) {
  const seen = { attempts: 0 }
  const server = await serveByHand((socket) => {
    seen.attempts++
    if (!refuses) {
      socket.close()
      return
    }
    socket.send(challenge)
    socket.on('message', () => {
      socket.send(formatFrame({ t: 'refused', k: null, reason: 'refused' }))
      socket.close(4401, 'refused')
    })
  })
  return { ...server, seen }
}

/** The sockets that this process has opened and not closed, as it knows itself: a server may not have heard of an end yet. */
function clientSockets() {
  const seen = { open: 0, openMost: 0 }
  const count = (message: unknown) => {
    seen.openMost = Math.max(seen.openMost, ++seen.open)
    ;(message as { socket: Socket }).socket.once('close', () => seen.open--)
  }
  subscribe('net.client.socket', count)
  return { seen, stop: () => unsubscribe('net.client.socket', count) }
}

describe('the dashboard on the bus', () => {
  let keys: string
  let bus: BusOfTest | undefined
  beforeEach(() => {
    keys = mkdtempSync(join(tmpdir(), 'trader-keys-'))
    writeFileSync(join(keys, 'operator.secret'), secret, { mode: 0o600 })
  })
  afterEach(async () => {
    await bus?.close()
    bus = undefined
    rmSync(keys, { recursive: true })
  })

  it.each([
    ['hangs up', false],
    ['refuses', true],
  ])('after any number of failed attempts has one connection of each kind: the router %s', async (_, refuses) => {
    const away = await openClosed(refuses)
    const opened = await openBus()
    bus = opened
    let url = away.url
    const got: number[] = []
    const { seen, stop } = clientSockets()
    const watch = watchBus(
      () => url,
      keys,
      ({ seq }) => got.push(seq),
      10,
    )
    // Six rounds; with a doubling each, more than three at a time.
    await until(() => away.seen.attempts >= 18)
    stop()
    expect(seen.openMost).toBe(3)
    url = opened.url
    await until(() => opened.router.connections.all === 3)
    const md = await connectBus({ url, identity: 'md', secret, from: null, topics: null })
    await md.publishFacts([0, 1, 2].map((n) => tick(n)))
    await md.close()
    await until(() => got.length >= 3 && opened.router.connections.all === 3)
    // Time for whoever else would come.
    await new Promise((resolve) => setTimeout(resolve, 100))
    expect(opened.router.connections.all).toBe(3)
    expect(got).toEqual([1, 2, 3])
    watch.close()
    await away.close()
  })

  it('outlives keys that are gone for a while, and wants them at the start', async () => {
    const away = await openClosed(false)
    const opened = await openBus()
    bus = opened
    let url = away.url
    const secretFile = join(keys, 'operator.secret')
    const follow = () =>
      watchBus(
        () => url,
        keys,
        () => undefined,
        10,
      )
    const watch = follow()
    await until(() => away.seen.attempts >= 6)
    rmSync(secretFile)
    expect(follow).toThrow('there is no secret for operator')
    await new Promise((resolve) => setTimeout(resolve, 50))
    url = opened.url
    writeFileSync(secretFile, secret, { mode: 0o600 })
    await until(() => opened.router.connections.all === 3)
    watch.close()
    await away.close()
  })

  it('begins with what retention has left of the market, and with all of the books', async () => {
    const log = new MemoryLog()
    const read = log.read.bind(log)
    const wanted: string[][] = []
    const kept = 3
    log.read = async (request) => {
      wanted.push([`${request.from}`, ...(request.topics ?? [])])
      const isGone = request.topics?.includes('md.status') && request.from < kept
      return isGone ? { from: request.from, to: request.from - 1, lines: [], firstKept: kept } : read(request)
    }
    const opened = await openBus(log)
    bus = opened
    const md = await connectBus({ url: opened.url, identity: 'md', secret, from: null, topics: null })
    const status = (n: number): Fact<'md.status'> => ({
      ...{ topic: 'md.status', at: 1_764_000_000_000_000, epoch: 1, n },
      payload: { feed: 'seeded', state: n === 0 ? 'started' : 'connected', isSimulated: true },
    })
    await md.publishFacts([0, 1, 2, 3].map(status))
    await md.close()
    const got: number[] = []
    const watch = watchBus(
      () => opened.url,
      keys,
      ({ seq }) => got.push(seq),
      10,
    )
    await until(() => got.includes(4))
    expect(got).toEqual([3, 4])
    expect(wanted.filter(([, first]) => first === 'md.instrument').map(([from]) => from)).toEqual(['1', '3'])
    watch.close()
  })

  it('drops what it has seen', async () => {
    const lines = [1, 2, 3, 4].map((seq) => JSON.stringify({ seq }))
    const router = await serveByHand((socket) => {
      socket.send(challenge)
      socket.on('message', (data) => {
        const { topics } = JSON.parse(String(data)) as { topics: readonly string[] }
        const credit = { groups: 1, bytes: 1 }
        socket.send(
          formatFrame({
            t: 'welcome',
            run: 'x',
            runId: 'y',
            head: 4,
            now: 0,
            marks: {},
            lockstep: null,
            credit,
            heartbeatMs: 1_000,
            isOfTree: false,
          }),
        )
        if (!topics.includes('md.status')) return
        socket.send(formatFrame({ t: 'events', from: 1, to: 3 }, lines.slice(0, 3)))
        socket.send(formatFrame({ t: 'events', from: 2, to: 4 }, lines.slice(1, 4)))
      })
    })
    const got: number[] = []
    const watch = watchBus(
      () => router.url,
      keys,
      ({ seq }) => got.push(seq),
      10,
    )
    await until(() => got.includes(4))
    expect(got).toEqual([1, 2, 3, 4])
    watch.close()
    await router.close()
  })
})
