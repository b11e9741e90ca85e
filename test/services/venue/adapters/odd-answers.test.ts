import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { WebSocketServer } from 'ws'
import { z } from 'zod'
import { startBudget } from '#lib/time/request-budget.ts'
import { answerOf } from '#services/venue/adapters/binance/exchange-answer.ts'
import { openSpotStream } from '#services/venue/adapters/binance-spot/spot-stream.ts'
import { conditionalOrders } from '#services/venue/adapters/binance-usdm/conditional-orders.ts'
import { openUsdmStream } from '#services/venue/adapters/binance-usdm/usdm-stream.ts'
import { asking } from '#services/venue/adapters/ccxt/ccxt-answer.ts'
import { openCcxtStream } from '#services/venue/adapters/ccxt/ccxt-stream.ts'
import { keepAccountStream } from '#services/venue/adapters/gateway/account-stream.ts'
import { Credentials } from '#services/venue/adapters/gateway/credentials.ts'
import { jsonOf } from '#services/venue/adapters/gateway/json-of.ts'
import { pause, submitted, when } from './gateway-scene.ts'

const credentials = new Credentials('k'.repeat(64), 's'.repeat(64))
const answered = (status: number, text: string) =>
  answerOf({ status, json: jsonOf(text), text, retryAfterMs: null, usedWeight: null }, z.unknown(), (value) => value)

describe('[G53] an answer of whatever form proves what it says, or nothing', () => {
  test.each(['{"code":-2010,"msg":{"toString":1,"valueOf":1}}', '{"code":-2010,"msg":null}', '{"code":-2010}'])(
    '%s is refused',
    (text) => expect(answered(400, text)).toMatchObject({ kind: 'refused', reason: '-2010 ' }),
  )

  test.each(['{"code":"-2010","msg":"x"}', '{"code":{"valueOf":1}}', '[]', '7', 'null', '"-2010"', '{'])(
    '%s proves nothing',
    (text) => expect(answered(400, text)).toMatchObject({ kind: 'nothing', reason: `HTTP 400 ${text}` }),
  )

  test.each([undefined, null, 'no', 7, { status: 200 }, Object.create(null), { message: 1 }, () => 1])(
    'ccxt rejects with %o: that proves nothing',
    async (rejection) => {
      const ask = asking(credentials, {})
      expect(await ask(() => Promise.reject(rejection))).toMatchObject({ kind: 'nothing' })
    },
  )
})

test.each([
  [502, '<h1>ERROR for /api/v3/account?timestamp=1&amp;signature=e68dd9</h1>'],
  [400, '{"code":-1100,"msg":"illegal: /api/v3/order?symbol=A&signature=e68dd9"}'],
  [400, '{"code":-1022,"msg":"signature%3De68dd9"}'],
])('[G17] what an answer of %i repeats of a signed request is not told', (status, text) => {
  expect(JSON.stringify(answered(status, text))).not.toContain('e68dd9')
})

test('[G17] that a signature is not valid is told', () => {
  const text = '{"code":-1022,"msg":"Signature for this request is not valid."}'
  expect(answered(400, text)).toMatchObject({ reason: '-1022 Signature for this request is not valid.' })
})

describe('a stream', () => {
  let server: WebSocketServer
  let knocks: string[]
  let answer: string | null
  let end: () => void = () => undefined
  const closes: string[] = []
  const hooks = {
    onOpen: () => undefined,
    onOrder: () => undefined,
    onPaid: () => undefined,
    onClose: (why: string) => void closes.push(why),
  }
  const budget = startBudget(Number.POSITIVE_INFINITY)
  const common = { budget, nowMs: Date.now, learnTime: async () => ({ kind: 'done', value: Date.now() }) as const }
  const url = () => `ws://127.0.0.1:${(server.address() as AddressInfo).port}`

  beforeEach(async () => {
    closes.length = 0
    knocks = []
    answer = null
    server = new WebSocketServer({ port: 0, host: '127.0.0.1' })
    server.on('connection', (socket, { url = '' }) => {
      knocks.push(url)
      socket.on('message', () => answer !== null && socket.send(answer))
    })
    await new Promise((listening) => server.once('listening', listening))
  })
  afterEach(() => {
    end()
    server.close()
  })

  test.each([
    [null, 'no answer to the subscription'],
    ['{"id":null,"status":400}', 'its subscription is answered with 400'],
    ['{"id":null,"status":400,"error":{"code":-1102,"msg":"it lacks"}}', '-1102 it lacks'],
  ])('[G53] of Spot whose subscription is answered with %s is closed, and opened again', async (told, why) => {
    answer = told
    end = openSpotStream({ ...common, wsUrl: url(), timeoutMs: 100, credentials, venueNowMs: Date.now }, hooks)
    await when(() => knocks.length > 1)
    expect(closes[0]).toBe(why)
  })

  test('[G24] that is closed as soon as it is open is opened again ever later', async () => {
    answer = '{"id":"user","status":200}'
    end = openSpotStream(
      { ...common, wsUrl: url(), timeoutMs: 100, credentials, venueNowMs: Date.now },
      {
        ...hooks,
        onOpen: () => {
          for (const socket of server.clients) socket.terminate()
        },
      },
    )
    await when(() => knocks.length > 3)
    await pause(2_000)
    expect(knocks.length).toBeLessThan(9)
  })

  test('[G53] of USD-M has the listen key in its address, whatever that is', async () => {
    const listenKey = async () => ({ kind: 'done', value: 'a#b/?c d' }) as const
    end = openUsdmStream({ ...common, wsUrl: url(), listenKey, keepAlive: listenKey, keepAliveMs: 60_000 }, hooks)
    await when(() => knocks.length > 0)
    expect(knocks).toEqual(['/a%23b%2F%3Fc%20d'])
  })

  test.each([
    [
      'an address that is none',
      { address: async () => ({ kind: 'done', value: 'x#y' }) as const },
      'it cannot be opened',
    ],
    [
      'a frame that nobody foresaw',
      {
        onFrame: () => {
          throw new TypeError('no such thing')
        },
      },
      'what it says is not understood: no such thing',
    ],
  ])('[G53] with %s is closed, and opened again', async (_, odd, why) => {
    answer = '{}'
    const address = async () => ({ kind: 'done', value: url() }) as const
    const plain = {
      address,
      onConnect: ({ socket }: { socket: { send(text: string): void } }) => socket.send('{}'),
      onFrame: () => undefined,
    }
    end = keepAccountStream({ ...common, ...plain, ...odd }, hooks)
    await when(() => closes.length > 1)
    expect(new Set(closes)).toEqual(new Set([why]))
  })
})

test('[X5] a subscription that Binance has ended ends the connection, so that it is made anew', async () => {
  const closes: string[] = []
  const socket = {
    isOpen: () => socket.connection !== undefined,
    connection: { terminate: () => Object.assign(socket, { connection: undefined }) } as object | undefined,
    futures: { orders: true },
    subscriptions: { spot: true } as object,
  }
  const waiting = new Promise(() => undefined)
  const exchange = { clients: { one: socket }, watchOrders: () => waiting, close: async () => undefined }
  const asked = { ask: (question: () => unknown) => question(), learnTime: async () => ({ kind: 'done', value: 1 }) }
  let openings = 0
  const hooks = {
    onOpen: () => openings++,
    onClose: (why: string) => closes.push(why),
    onOrder: () => 0,
    onPaid: () => 0,
  }
  const end = openCcxtStream(exchange as never, asked as never, hooks as never)
  await when(() => openings === 1)
  await pause(150)
  expect(closes).toEqual([])
  socket.subscriptions = {}
  await when(() => closes.length > 0)
  end()
})

test('[G41] a trailing stop whose last price is not answered was not sent', async () => {
  const silent = async () => ({ status: 503, json: null, text: '', retryAfterMs: null, usedWeight: null })
  const orders = conditionalOrders({ look: silent, ask: silent, send: silent, nowMs: Date.now })
  const order = {
    ...submitted('t-1-0', 'BTCUSDT-PERP.BINANCE'),
    orderType: 'trailing_stop',
    trailingOffset: '1',
  } as const
  expect(await orders.place(order, 'BTCUSDT', 'a', {})).toMatchObject({ kind: 'nothing', isHeldBack: true })
})
