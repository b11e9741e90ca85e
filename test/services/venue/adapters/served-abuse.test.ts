import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { plainClient, signedPath } from './plain-client.ts'
import { type ServedMarket, servedMarket } from './served-market.ts'

let served: ServedMarket
let client: ReturnType<typeof plainClient>
let port: number
const rejections: unknown[] = []
const onRejection = (error: unknown) => rejections.push(error)

beforeAll(async () => {
  process.on('unhandledRejection', onRejection)
  served = await servedMarket()
  client = plainClient(served.server.url)
  port = Number(new URL(served.server.url).port)
})
afterAll(async () => {
  await served.server.close()
  process.off('unhandledRejection', onRejection)
  expect(rejections).toEqual([])
})

/** Who does as it should is served. */
async function honestGoesOn() {
  const limit = { symbol: 'BTCUSDT', side: 'BUY', type: 'LIMIT', quantity: '1', price: '90', timeInForce: 'GTC' }
  const { body } = await client.call('POST', 'order', limit)
  expect(body).toMatchObject({ status: 'NEW' })
  const named = { symbol: 'BTCUSDT', orderId: String(body.orderId) }
  expect((await client.call('DELETE', 'order', named)).body).toMatchObject({ status: 'CANCELED' })
}

/** What comes back for bytes, until the other end closes. */
async function told(bytes: string | Buffer, withinMs = 10_000): Promise<string> {
  const socket = connect(port, '127.0.0.1')
  let heard = ''
  socket.on('error', () => undefined)
  socket.on('data', (chunk) => {
    heard += chunk
  })
  socket.write(bytes)
  await Promise.race([new Promise((resolve) => socket.once('close', resolve)), sleep(withinMs)])
  expect(socket.closed).toBe(true)
  return heard
}

test.each([5 << 20, (64 << 10) + 1])(
  '[B5] a POST of %i bytes is answered with 413, and the connection ends',
  async (size) => {
    const response = await fetch(`${served.server.url}/api/v3/order`, { method: 'POST', body: 'x'.repeat(size) })
    expect({ status: response.status, connection: response.headers.get('connection') }).toEqual({
      status: 413,
      connection: 'close',
    })
    expect(await response.json()).toEqual({ code: -1000, msg: 'The body is longer than 65536 bytes.' })
    await honestGoesOn()
  },
)

test('[B5] a body in chunks without an end of their own, and one that says how long it is, are not read for ever', async () => {
  expect(await told(`POST /api/v3/order HTTP/1.1\r\nHost: x\r\nContent-Length: ${1 << 30}\r\n\r\n`)).toMatch(
    /^HTTP\/1.1 413 /,
  )
  const chunk = `10000\r\n${'x'.repeat(1 << 16)}\r\n`
  const bytes = `POST /api/v3/order HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n${chunk.repeat(300)}`
  await told(bytes)
  await honestGoesOn()
})

test('[B5] a head or a body that never ends is ended, and nobody waits for it', async () => {
  const begun = performance.now()
  const slow = [
    'GET /api/v3/ping HTTP/1.1\r\nHost: x\r\n',
    'POST /api/v3/order HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nsymbol=',
    '',
  ].map((bytes) => told(bytes))
  await honestGoesOn()
  const heard = await Promise.all(slow)
  expect(performance.now() - begun).toBeLessThan(10_000)
  expect(heard.map((text) => text.split('\r\n')[0])).toEqual(Array(3).fill('HTTP/1.1 408 Request Timeout'))
}, 20_000)

test('[B5] sockets that ask for nothing do not keep out who asks for something', async () => {
  const idle: Socket[] = []
  let closed = 0
  for (let n = 0; n < 3_000; n++) {
    const socket = connect(port, '127.0.0.1')
    socket.on('error', () => undefined)
    socket.on('close', () => closed++)
    idle.push(socket)
    if (n % 100 === 99) await once(socket, 'connect')
  }
  await honestGoesOn()
  await expect.poll(() => closed, { timeout: 5_000 }).toBeGreaterThan(2_400)
  for (const socket of idle) socket.destroy()
}, 30_000)

test.each([
  ['a query that is too long', `GET /api/v3/depth?symbol=${'A'.repeat(20_000)} HTTP/1.1\r\nHost: x\r\n\r\n`, 431],
  ['a header that is too long', `GET /api/v3/ping HTTP/1.1\r\nHost: x\r\nX: ${'A'.repeat(20_000)}\r\n\r\n`, 431],
  ['no HTTP', 'hello\r\n\r\n', 400],
  ['two lengths', 'POST /api/v3/order HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n', 400],
])('[B5] %s is refused', async (_, bytes, status) => {
  expect(await told(bytes)).toMatch(new RegExp(`^HTTP/1.1 ${status} `))
  await honestGoesOn()
})

test.each<[string, string, number, number]>([
  ['bytes that are no UTF-8', '/api/v3/depth?symbol=%ff%fe', 400, -1121],
  ['half of an escape', '/api/v3/depth?symbol=%f', 400, -1121],
  ['a thousand names', `/api/v3/depth?${Array.from({ length: 1_000 }, (_, n) => `a${n}=`).join('&')}`, 400, -1101],
  ['another path', '/api/v3/../../etc/passwd', 404, -1000],
  ['an old timestamp', signedPath('account', {}, Date.now() - 10_000), 400, -1021],
  ['a timestamp to come', signedPath('account', {}, Date.now() + 10_000), 400, -1021],
  ['a signature of another', signedPath('account', {}).replace(/signature=..../, 'signature=0000'), 400, -1022],
  ['no signature', `/api/v3/account?timestamp=${Date.now()}`, 400, -1102],
  ['no timestamp', '/api/v3/account?signature=00', 400, -1022],
])('[B5] %s', async (_, path, status, code) => {
  expect(await client.ask('GET', path)).toMatchObject({ status, body: { code } })
})

test('[B5] a listen key that is unknown, or of before, is none', async () => {
  const path = (listenKey: string) => `/api/v3/userDataStream?listenKey=${listenKey}`
  const [first, second] = [
    (await client.ask('POST', '/api/v3/userDataStream')).body.listenKey,
    (await client.ask('POST', '/api/v3/userDataStream')).body.listenKey,
  ]
  expect(second).toBe(first)
  expect(await client.ask('PUT', path(String(first)))).toMatchObject({ status: 200, body: {} })
  expect(await client.ask('DELETE', path(String(first)))).toMatchObject({ status: 200, body: {} })
  for (const method of ['PUT', 'DELETE'])
    expect(await client.ask(method, path(String(first)))).toMatchObject({ status: 400, body: { code: -1125 } })
  const { listenKey } = (await client.ask('POST', '/api/v3/userDataStream')).body
  expect(listenKey).not.toBe(first)
  const socket = new WebSocket(`${served.server.url.replace('http', 'ws')}/ws/${first}`)
  const heard: unknown[] = []
  socket.on('message', (bytes) => heard.push(String(bytes)))
  await once(socket, 'open')
  await honestGoesOn()
  await sleep(50)
  expect(heard).toEqual([])
  socket.terminate()
})

test.each(['/ws', '/ws-api/v3', '/stream'])(
  '[B5] frames that are none end a connection to %s with their code',
  async (path) => {
    const closing = async (send: (socket: WebSocket, bytes: Socket) => void) => {
      const socket = new WebSocket(`${served.server.url.replace('http', 'ws')}${path}`)
      let bytes: Socket | undefined
      socket.on('upgrade', (response) => {
        bytes = response.socket
      })
      socket.on('error', () => undefined)
      await once(socket, 'open')
      send(socket, bytes as Socket)
      const [code] = await once(socket, 'close')
      return code
    }
    expect(await closing((socket) => socket.send('x'.repeat(1 << 17)))).toBe(1009)
    expect(await closing((_, bytes) => bytes.write(Buffer.from([0xf1, 0x80, 0, 0, 0, 0])))).toBe(1002)
    expect(await closing((socket) => socket.send(Buffer.from([0xff, 0xfe]), { binary: false }))).toBe(1007)
    await honestGoesOn()
  },
)

test('[B5] who asks and does not listen is cut off', async () => {
  const socket = new WebSocket(`${served.server.url.replace('http', 'ws')}/ws-api/v3`, { perMessageDeflate: false })
  socket.on('error', () => undefined)
  await once(socket, 'open')
  socket.pause()
  const request = JSON.stringify({ id: 'x'.repeat(50_000), method: 'ping' })
  const ended = once(socket, 'close')
  for (let n = 0; n < 400 && socket.readyState === socket.OPEN; n++) {
    socket.send(request)
    if (n % 20 === 0) await sleep(5)
  }
  socket.resume()
  await ended
  await honestGoesOn()
}, 20_000)
