import { once } from 'node:events'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { serveTime, type TimeServer } from '#services/clock/adapters/time-server.ts'

let now: number | null
let server: TimeServer
beforeEach(async () => {
  now = 1_700_000_000_123_456
  server = await serveTime({ host: '127.0.0.1', port: 0, mode: 'live', now: () => now })
})
afterEach(() => server.close())

const said = { now: 1_700_000_000_123_456, iso: '2023-11-14T22:13:20.123456Z', mode: 'live' }

describe('time server', () => {
  it('[C7] says the newest time', async () => {
    const response = await fetch(`${server.url}/time`)
    expect(response.headers.get('content-type')).toBe('application/json')
    expect(await response.json()).toEqual(said)
  })

  it('[C7] is not ready before the first time', async () => {
    now = null
    const response = await fetch(`${server.url}/time`)
    expect(response.status).toBe(503)
    expect(await response.json()).toEqual({ error: 'no time was said yet' })
  })

  it('[C7] knows nothing else', async () => {
    expect((await fetch(`${server.url}/`)).status).toBe(404)
    expect((await fetch(`${server.url}/time`, { method: 'POST' })).status).toBe(405)
  })

  it('[C8] answers on a WebSocket, and goes on after what it does not understand', async () => {
    const socket = new WebSocket(server.url.replace('http', 'ws'))
    await once(socket, 'open')
    const ask = async (message: string | Buffer) => {
      socket.send(message)
      return JSON.parse(String((await once(socket, 'message'))[0]))
    }
    expect(await ask('{"t":"time"}')).toEqual(said)
    for (const bad of ['{', 'null', '{"t":"date"}', '[]', Buffer.from('{"t":"time"}')])
      expect(await ask(bad)).toEqual({ error: 'not understood; ask {"t":"time"}' })
    now = null
    expect(await ask('{"t":"time"}')).toEqual({ error: 'no time was said yet' })
    now = 1_700_000_000_123_456
    expect(await ask('{"t":"time"}')).toEqual(said)
    socket.close()
  })

  it('[C8] survives who sends too much', async () => {
    const socket = new WebSocket(server.url.replace('http', 'ws'))
    await once(socket, 'open')
    socket.on('error', () => socket.terminate())
    socket.send('x'.repeat(10_000))
    await once(socket, 'close')
    expect((await fetch(`${server.url}/time`)).status).toBe(200)
  })

  it('says when the port is taken', async () => {
    const port = Number(new URL(server.url).port)
    await expect(serveTime({ port, mode: 'live', now: () => now })).rejects.toMatchObject({
      name: 'UserError',
      message: `port ${port} is taken`,
    })
  })
})
