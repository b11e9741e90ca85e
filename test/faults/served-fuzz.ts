/**
 * `npm run fuzz:venue -- --requests 20000 --seed 1`: malformed requests and frames against a live `trader venue serve`, with an honest client beside
 * them. Ends with 1 when one got no answer or a 5xx, the venue fell, its memory grew, the honest one was refused, or the account does not add up.
 */
import { type ChildProcess, fork } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import { WebSocket } from 'ws'
import { plainClient, signedPath } from '#test/services/venue/adapters/plain-client.ts'
import { auditAccount } from '#test/services/venue/adapters/served-audit.ts'
import { key } from '#test/services/venue/adapters/served-market.ts'
import { below, type Chance, chanceOf, pick } from './chance.ts'

export type ServedFuzz = {
  requests: number
  readonly outcomes: Record<string, number>
  readonly wrong: string[]
  rssGrewBytes: number
}

const root = join(import.meta.dirname, '..', '..')
const atOnce = 4
const withinMs = 15_000
const listed = { base: 'ACME', quote: 'USD' }
const symbol = 'ACMEUSD'
const first = { USD: '100000', ACME: '100' }

/** Sends that many, and says what came of it. */
export async function fuzzServed(requests: number, seed: number): Promise<ServedFuzz> {
  const folder = mkdtempSync(join(tmpdir(), 'trader-served-'))
  const keyFile = join(folder, 'key.json')
  writeFileSync(keyFile, JSON.stringify(key), { mode: 0o600 })
  const balances = Object.entries(first).flatMap(([asset, amount]) => ['--balance', `${asset}=${amount}`])
  const fees = ['--taker-bps', '7.5', '--maker-bps', '2']
  const venue = await start(['--port', '0', '--key-file', keyFile, ...balances, ...fees, ...freely])
  const tally: ServedFuzz = { requests: 0, outcomes: {}, wrong: [], rssGrewBytes: 0 }
  try {
    const client = plainClient(venue.url)
    const chance = chanceOf(seed)
    let before = 0
    let next = 0
    const send = async () => {
      while (next < requests && tally.wrong.length < 10) {
        const n = next++
        await fuzzOnce(venue.url, chance, tally)
        if (n % 50 === 0) await honest(client, tally)
        // Its heap has its size after a first part.
        if (n === Math.floor(requests / 4)) before = rssOf(venue.child)
      }
    }
    await Promise.all(Array.from({ length: atOnce }, send))
    await honest(client, tally)
    tally.requests = next
    if (venue.child.exitCode !== null) tally.wrong.push('the venue has ended')
    else {
      tally.rssGrewBytes = rssOf(venue.child) - before
      const open = await client.call('GET', 'openOrders', { symbol })
      if (open.body.length > 0) await client.call('DELETE', 'openOrders', { symbol })
      tally.wrong.push(...(await auditAccount(client, listed, first)))
    }
  } finally {
    venue.child.kill('SIGKILL')
    rmSync(folder, { recursive: true, force: true })
  }
  return tally
}

/** Nobody counts here. */
const freely: string[] = []

async function honest(client: ReturnType<typeof plainClient>, { wrong }: ServedFuzz): Promise<void> {
  const terms = { symbol, side: 'BUY', type: 'LIMIT', timeInForce: 'GTC', quantity: '1', price: '1.00' }
  // What chance left whole may be as many as may be open. [B7]
  await client.call('DELETE', 'openOrders', { symbol })
  const placed = await client.call('POST', 'order', terms)
  if (placed.status !== 200) wrong.push(`the honest one was refused: ${JSON.stringify(placed.body)}`)
  const named = { symbol, orderId: String(placed.body.orderId) }
  const canceled = await client.call('DELETE', 'order', named)
  if (canceled.body.status !== 'CANCELED') wrong.push(`the honest one: ${JSON.stringify(canceled.body)}`)
}

async function fuzzOnce(url: string, chance: Chance, tally: ServedFuzz): Promise<void> {
  const kind = pick(chance, kinds)
  const outcome = await Promise.race([
    kind.send(url, chance).catch((error: Error) => `threw ${error.message} ${error.cause ?? ''}`),
    sleep(withinMs, 'no answer', { ref: false }),
  ])
  const told = `${kind.name}: ${outcome}`
  tally.outcomes[told] = (tally.outcomes[told] ?? 0) + 1
  if (!kind.isRight.test(outcome)) tally.wrong.push(told)
}

type Kind = { readonly name: string; readonly isRight: RegExp; send(url: string, chance: Chance): Promise<string> }

const some = (chance: Chance, most: number) =>
  Array.from({ length: below(chance, most) }, () => String.fromCharCode(32 + below(chance, 95))).join('')
const odd = (chance: Chance): string =>
  pick(chance, [
    () => some(chance, 30),
    () => '9'.repeat(1 + below(chance, 40)),
    () => `-${below(chance, 100)}`,
    () => `${below(chance, 1_000)}.${'0'.repeat(below(chance, 25))}1`,
    () => `1e${below(chance, 400)}`,
    () => '',
    () =>
      pick(chance, ['NaN', 'Infinity', 'null', '[]', '{}', '0', '00', '0.0', '0x10', '１', '\u0000', '٣', '__proto__']),
  ])()

const good = (chance: Chance): Record<string, string> => {
  const type = pick(chance, [
    'LIMIT',
    'MARKET',
    'LIMIT_MAKER',
    'STOP_LOSS',
    'STOP_LOSS_LIMIT',
    'TAKE_PROFIT',
    'TAKE_PROFIT_LIMIT',
  ])
  const isLimit = /LIMIT$/.test(type)
  return {
    symbol,
    side: pick(chance, ['BUY', 'SELL']),
    type,
    quantity: String(1 + below(chance, 5)),
    ...(isLimit ? { timeInForce: pick(chance, ['GTC', 'IOC', 'FOK']) } : {}),
    ...(isLimit || type === 'LIMIT_MAKER' ? { price: `${80 + below(chance, 40)}.00` } : {}),
    ...(/STOP|PROFIT/.test(type) ? { stopPrice: `${80 + below(chance, 40)}.00` } : {}),
  }
}
const names = [
  'symbol',
  'side',
  'type',
  'quantity',
  'price',
  'stopPrice',
  'timeInForce',
  'newClientOrderId',
  'icebergQty',
  'quoteOrderQty',
]
const more = [
  'strategyId',
  'strategyType',
  'recvWindow',
  'newOrderRespType',
  'orderId',
  'limit',
  'fromId',
  'startTime',
  'endTime',
  'nope',
]
const changed = (chance: Chance, of: readonly string[]) => {
  const params = good(chance)
  for (let n = below(chance, 3); n >= 0; n--) {
    const name = pick(chance, of)
    if (below(chance, 3) === 0) delete params[name]
    else params[name] = odd(chance)
  }
  return params
}
const paths = ['order', 'order/test', 'order/cancelReplace', 'openOrders', 'allOrders', 'myTrades', 'account']

async function asked(
  url: string,
  method: string,
  path: string,
  body?: string | Uint8Array<ArrayBuffer>,
): Promise<string> {
  const headers = { 'X-MBX-APIKEY': key.apiKey }
  const response = await fetch(`${url}${path}`, { method, headers, ...(body === undefined ? {} : { body }) })
  const text = await response.text()
  const { code } = (text === '' ? {} : JSON.parse(text)) as { code?: number }
  return `${response.status}${code === undefined ? '' : ` ${code}`}`
}

/** Bytes on a connection of their own, and the first line of what comes back before it ends. */
function raw(url: string, bytes: string | Buffer): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(Number(new URL(url).port), '127.0.0.1')
    let said = ''
    socket.on('error', () => undefined)
    socket.on('data', (chunk) => {
      said += chunk
    })
    socket.on('close', () => resolve(said.split('\r\n')[0] ?? ''))
    socket.end(bytes)
  })
}

/** One frame, and the one answer, or the code that ended the connection. */
function framed(url: string, path: string, frame: string | Buffer, isBinary = false): Promise<string> {
  return new Promise((resolve) => {
    const socket = new WebSocket(`${url.replace('http', 'ws')}${path}`, { perMessageDeflate: false })
    socket.on('error', () => undefined)
    socket.on('open', () => socket.send(frame, { binary: isBinary }))
    socket.on('close', (code) => resolve(`closed ${code}`))
    socket.on('message', (bytes) => {
      const { status, error, result } = JSON.parse(String(bytes))
      resolve(
        status !== undefined ? `${status} ${error?.code ?? ''}` : error ? `error ${error.code}` : `result ${result}`,
      )
      socket.terminate()
    })
  })
}

const refusal = /^(200|4\d\d -\d+)/
const orders: Kind = {
  name: 'an order with what is odd in it',
  isRight: refusal,
  send: (url, chance) => asked(url, 'POST', signedPath(pick(chance, ['order', 'order/test']), changed(chance, names))),
}
const kinds: readonly Kind[] = [
  orders,
  orders,
  orders,
  {
    name: 'any endpoint with what is odd in it',
    isRight: refusal,
    send: (url, chance) =>
      asked(
        url,
        pick(chance, ['GET', 'POST', 'DELETE', 'PUT']),
        signedPath(pick(chance, paths), changed(chance, [...names, ...more])),
      ),
  },
  {
    name: 'twice the same name',
    isRight: /^400 -1101$/,
    send: (url, chance) => {
      const params = Object.entries(good(chance))
      return asked(url, 'POST', signedPath('order', [...params, pick(chance, params)]))
    },
  },
  {
    name: 'another signature',
    isRight: /^400 -1022$/,
    send: (url, chance) =>
      asked(
        url,
        'POST',
        signedPath('order', good(chance)).replace(/signature=(.)/, (_, c) => `signature=${c === 'a' ? 'b' : 'a'}`),
      ),
  },
  {
    name: 'an old timestamp, or one to come',
    isRight: /^400 -1021$/,
    send: (url, chance) => {
      const at = Date.now() + pick(chance, [-6_000 - below(chance, 100_000), 20_000 + below(chance, 100_000)])
      return asked(url, 'POST', signedPath('order', good(chance), at))
    },
  },
  {
    name: 'a path that is none',
    isRight: /^404 -1000$/,
    send: (url, chance) =>
      asked(url, pick(chance, ['GET', 'POST']), `/api/v3/${encodeURIComponent(some(chance, 40))}x`),
  },
  {
    name: 'a query that is no text',
    isRight: /^400 -\d+$/,
    send: (url, chance) => asked(url, 'GET', `/api/v3/depth?symbol=%${pick(chance, ['ff', 'c0%af', 'f', '', 'zz'])}`),
  },
  {
    name: 'a body too long',
    isRight: /^413 -1000$/,
    send: (url, chance) => asked(url, 'POST', '/api/v3/order', 'x'.repeat((64 << 10) + 1 + below(chance, 1 << 20))),
  },
  {
    name: 'a body of bytes',
    isRight: /^(400|401) -\d+$/,
    send: (url, chance) => {
      const bytes = Buffer.from(Array.from({ length: 200 }, () => below(chance, 256)))
      return asked(url, 'POST', '/api/v3/order', bytes)
    },
  },
  {
    name: 'a query too long',
    isRight: /^HTTP\/1.1 431 /,
    send: (url, chance) =>
      raw(url, `GET /api/v3/depth?a=${'x'.repeat(17_000 + below(chance, 9_000))} HTTP/1.1\r\nHost: x\r\n\r\n`),
  },
  {
    name: 'bytes that are no HTTP',
    isRight: /^(HTTP\/1.1 400 .*)?$/,
    send: (url, chance) => raw(url, Buffer.from(Array.from({ length: 100 }, () => below(chance, 256)))),
  },
  {
    name: 'half a request',
    isRight: /^(HTTP\/1.1 400 .*)?$/,
    send: (url, chance) =>
      raw(url, `POST /api/v3/order HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n${some(chance, 50)}`),
  },
  {
    name: 'an upgrade to nothing',
    isRight: /^closed 1008$/,
    send: (url, chance) => framed(url, `/${encodeURIComponent(some(chance, 20))}x`, '{}'),
  },
  {
    name: 'a frame that is no JSON',
    isRight: /^(400 -1135|error 2)$/,
    send: (url, chance) => framed(url, pick(chance, ['/ws', '/stream', '/ws-api/v3']), `{${some(chance, 300)}`),
  },
  {
    name: 'a frame of bytes',
    isRight: /^(400 -1135|error 2|closed 1007)$/,
    send: (url, chance) => {
      const bytes = Buffer.from([255, ...Array.from({ length: 50 }, () => below(chance, 256))])
      return framed(url, pick(chance, ['/ws', '/stream', '/ws-api/v3']), bytes, below(chance, 2) === 0)
    },
  },
  {
    name: 'a frame too long, or too deep',
    isRight: /^(closed 1009|400 -\d+|error \d)$/,
    send: (url, chance) =>
      framed(
        url,
        pick(chance, ['/ws', '/stream', '/ws-api/v3']),
        pick(chance, [
          '['.repeat(60_000),
          'x'.repeat(70_000),
          `{"id":1,"method":"ping","params":${'{"a":'.repeat(5_000)}`,
        ]),
      ),
  },
  {
    name: 'a request of the WebSocket API with what is odd in it',
    isRight: /^(200 |4\d\d -\d+)/,
    send: (url, chance) => {
      const odds: unknown[] = [
        null,
        [],
        {},
        1e308,
        -1,
        true,
        odd(chance),
        { toString: 1 },
        [[]],
        { __proto__: null, a: 1 },
      ]
      const params = {
        apiKey: key.apiKey,
        ...changed(chance, [...names, ...more]),
        [pick(chance, [...names, ...more])]: pick(chance, odds),
      }
      const method = pick(chance, [
        'order.place',
        'depth',
        'ping',
        'account.status',
        'constructor',
        '__proto__',
        'userDataStream.unsubscribe',
      ])
      const request = {
        id: pick(chance, odds),
        method: pick(chance, [method, method, ...odds]),
        params: pick(chance, [params, params, ...odds]),
      }
      return framed(url, '/ws-api/v3', JSON.stringify(request))
    },
  },
  {
    name: 'a subscription to what is odd',
    isRight: /^(error 2|result .*)$/,
    send: (url, chance) => {
      const params = pick(chance, [
        [odd(chance)],
        odd(chance),
        null,
        [[]],
        [{}],
        ['acmeusd@bookTicker', odd(chance)],
        ['@'],
        ['acmeusd@'],
      ])
      const method = pick(chance, ['SUBSCRIBE', 'UNSUBSCRIBE', 'LIST_SUBSCRIPTIONS', odd(chance)])
      return framed(url, pick(chance, ['/ws', '/stream']), JSON.stringify({ method, params, id: odd(chance) }))
    },
  },
]

/** What the process has in memory, as its system says it. */
function rssOf({ pid }: ChildProcess): number {
  return Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) * 1_024
}

function start(args: readonly string[]): Promise<{ child: ChildProcess; url: string }> {
  const child = fork(join(root, 'bin', 'run.js'), ['venue', 'serve', '--as', 'binance', '--no-rate-limits', ...args], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    env: { ...process.env, NODE_ENV: 'production' },
  })
  return new Promise((resolve, reject) => {
    child.once('message', (message) => resolve({ child, url: (message as { url: string }).url }))
    child.once('exit', (code) => reject(new Error(`trader venue serve ended with ${code}`)))
  })
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const options = { requests: { type: 'string', default: '20000' }, seed: { type: 'string', default: '1' } } as const
  const { values } = parseArgs({ options })
  const { outcomes, requests, wrong, rssGrewBytes } = await fuzzServed(Number(values.requests), Number(values.seed))
  for (const [outcome, count] of Object.entries(outcomes).sort()) console.log(`${String(count).padStart(7)} ${outcome}`)
  for (const one of wrong) console.log(`wrong: ${one}`)
  console.log(
    `seed ${values.seed}: ${requests} requests, ${wrong.length} wrong, venue +${(rssGrewBytes / 2 ** 20).toFixed(0)} MiB`,
  )
  process.exit(wrong.length === 0 && rssGrewBytes < 100 << 20 ? 0 : 1)
}
