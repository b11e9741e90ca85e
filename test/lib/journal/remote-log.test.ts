import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { serveLog } from '#lib/journal/log-server.ts'
import { MemoryLog } from '#lib/journal/memory-log.ts'
import { openEventLog } from '#lib/journal/open-event-log.ts'
import { openRemoteLog } from '#lib/journal/remote-log.ts'
import { fact } from '#test/lib/journal/bodies.ts'
import { describeLog } from '#test/lib/journal/log-contract.ts'

const secret = 'ab'.repeat(32)

describeLog('RemoteLog over EventLog', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'trader-log-'))
  const start = async () => {
    const kept = await openEventLog(folder)
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
  const server = await serveLog(new MemoryLog(), { port: 0, secret })
  await expect(openRemoteLog({ url: server.url, secret: 'cd'.repeat(32) })).rejects.toThrow('has not proved')
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
