import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { Connection } from '#lib/bus/connection.ts'
import { serveLog } from '#lib/journal/log-server.ts'
import { MemoryLog } from '#lib/journal/memory-log.ts'
import { openEventLog } from '#lib/journal/open-event-log.ts'
import { openRemoteLog } from '#lib/journal/remote-log.ts'
import { ensureRunId } from '#lib/journal/run-id.ts'
import { openRaw, slowRequests, until } from '#test/lib/bus/bus-of-test.ts'
import { fact } from '#test/lib/journal/bodies.ts'
import { describeLog } from '#test/lib/journal/log-contract.ts'

const secret = 'ab'.repeat(32)

describeLog('RemoteLog over EventLog', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'trader-log-'))
  const start = async () => {
    const kept = await openEventLog(folder, { runId: ensureRunId(folder) })
    const server = await serveLog(kept, { port: 0, secret })
    return { kept, server, log: await openRemoteLog({ url: server.url, secret }) }
  }
  let running = await start()
  const stop = async () => {
    await running.server.close()
    await running.kept.close()
  }
  const reopen = async () => {
    await stop()
    running = await start()
    return running.log
  }
  const end = async () => {
    await stop()
    rmSync(folder, { recursive: true })
  }
  return { log: running.log, reopen, end }
})

it('[J16] refuses who does not know the secret', async () => {
  const heard: string[] = []
  const server = await serveLog(new MemoryLog(), { port: 0, secret, onRefused: (reason) => heard.push(reason) })
  const asked = openRemoteLog({ url: server.url, secret: 'cd'.repeat(32) })
  await expect(asked).rejects.toThrow('its secret is another one')
  expect(heard).toEqual(['router has not proved to be the router'])
  await server.close()
})

it('[J16] refuses who takes it for a router, and says in one line what is no frame of its protocol', async () => {
  const heard: string[] = []
  const server = await serveLog(new MemoryLog(), { port: 0, secret, onRefused: (reason) => heard.push(reason) })
  const clock = new Connection({
    url: server.url,
    identity: 'clock',
    secret,
    wish: () => ({ from: 1, topics: null, isService: false }),
    onWelcome: () => undefined,
    onRefused: () => undefined,
    comesBack: false,
  })
  await until(() => heard.length > 0)
  expect(heard).toEqual(['not a frame of this protocol: protocol: Invalid input: expected 1'])
  await clock.close()
  await server.close()
})

it('[J16] closes the connection of a bad frame and serves the others', async () => {
  const server = await serveLog(new MemoryLog(), { port: 0, secret })
  const log = await openRemoteLog({ url: server.url, secret })
  const socket = new WebSocket(server.url)
  socket.on('open', () => socket.send('{"t":"append","k":-1}'))
  const code = await new Promise((resolve) => socket.on('close', resolve))
  expect(code).toBe(4400)
  expect(await log.append([[fact('md', 1, 0)]])).toEqual([{ kind: 'appended', from: 1, to: 1 }])
  await server.close()
})

it.each([
  ['more than 8 KiB', 'x'.repeat(9_000), 4400],
  ['far more', `{"t":"append","k":1,"groups":[${'1,'.repeat(4_000_000)}1]}`, 4400],
  ['bytes', Buffer.from('{"t":"state","k":1}'), 4400],
  ['another frame', '{"t":"state","k":1}', 4401],
])('[J16] reads no frame of who has not proved to be the router: %s', async (_, frame, code) => {
  const server = await serveLog(new MemoryLog(), { port: 0, secret })
  const raw = await openRaw(server.url)
  raw.socket.send(frame)
  expect(await raw.closed).toBe(code)
  expect(raw.frames).toEqual(['{"t":"refused","reason":"refused"}'])
  await server.close()
})

it('[J16] lets the router in whatever strangers do, and no page of the web', async () => {
  const server = await serveLog(new MemoryLog(), { port: 0, secret })
  const ends = slowRequests(server.url, 300)
  await until(() => ends.opened() === 300)
  const oldest = await openRaw(server.url)
  const strangers = await Promise.all(Array.from({ length: 63 }, () => openRaw(server.url)))
  const log = await openRemoteLog({ url: server.url, secret })
  expect(await oldest.closed).toBe(1006)
  expect((await log.state()).head).toBe(0)
  await expect(openRaw(server.url, { origin: 'https://evil.example' })).rejects.toThrow('HTTP 401')
  for (const { socket } of strangers) socket.close()
  await ends.close()
  await server.close()
})

it('[J6] rejects what was not answered when the connection is gone', async () => {
  const server = await serveLog(
    new (class extends MemoryLog {
      override append = () => new Promise<never>(() => {})
    })(),
    { port: 0, secret },
  )
  const log = await openRemoteLog({ url: server.url, secret })
  const pending = expect(log.append([[fact('md', 1, 0)]])).rejects.toThrow('closed')
  await server.close()
  await pending
})

it('[J16] serves one router, the newest: an older one writes nothing more', async () => {
  const kept = new MemoryLog()
  const server = await serveLog(kept, { port: 0, secret })
  const older = await openRemoteLog({ url: server.url, secret })
  expect(await older.append([[fact('md', 1, 0)]])).toEqual([{ kind: 'appended', from: 1, to: 1 }])
  const newer = await openRemoteLog({ url: server.url, secret })
  await expect(older.append([[fact('md', 1, 1)]])).rejects.toThrow('closed')
  expect((await kept.state()).head).toBe(1)
  expect(await newer.append([[fact('md', 1, 1)]])).toEqual([{ kind: 'appended', from: 2, to: 2 }])
  await server.close()
})
