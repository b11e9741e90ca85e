import { spawn } from 'node:child_process'
import { createHmac } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { repository } from '#test/process/trader.ts'
import { boxName, deribitBox } from '#test/services/venue/adapters/deribit-box.ts'
import { algoBooks } from '#test/services/venue/adapters/usdm-algos.ts'
import { usdmBox } from '#test/services/venue/adapters/usdm-box.ts'
import { below, type Chance } from './chance.ts'
import type { VenueBooks } from './venue-differences.ts'

/** A venue that a tree trades at and that outlives it, with books of its own. */
export type CrashVenue = {
  readonly instrument: string
  readonly currency: string
  readonly startingCash: string
  /** Of a size for its market. */
  readonly quantities: { readonly takes: string; readonly rests: string; readonly most: string }
  /** `feed` and `venue` of the topology. */
  readonly lines: readonly string[]
  /** Somebody else takes what is shown, up to this much, with the same account. */
  readonly other: (side: 'buy' | 'sell', n: number) => Promise<void>
  readonly books: () => Promise<VenueBooks>
  readonly close: () => Promise<void>
  /** Strategies whose exits it keeps, and whose orders wait for a price there, trade as well. */
  readonly keepsExits?: true
}
export type CrashVenueKind = keyof typeof crashVenues

const pace = 'windowMs: 500, timeoutMs: 2000, inFlightMs: 300, reconcileMs: 1000'

/** `trader venue serve --as binance`, a process of its own, asked over its REST API. */
async function served(
  folder: string,
  _: unknown,
  kind = (url: string, ws: string) => `kind: binance, restUrl: '${url}', wsUrl: '${ws}/ws-api/v3'`,
): Promise<CrashVenue> {
  const startingCash = '100000'
  const keyFile = join(folder, 'served.json')
  const args = [
    'venue',
    'serve',
    '--as',
    'binance',
    '--no-rate-limits',
    '--port',
    '0',
    '--key-file',
    keyFile,
    '--events-per-second',
    '400',
  ]
  const child = spawn(
    join(repository, 'bin', 'trader'),
    [...args, '--balance', `USD=${startingCash}`, '--taker-bps', '10', '--maker-bps', '5'],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  )
  const url = await new Promise<string>((resolve, reject) => {
    child.once('exit', () => reject(new Error('the served venue has ended')))
    createInterface({ input: child.stderr }).on('line', (line) => {
      const said = /http:\/\/127\.0\.0\.1:\d+/.exec(line)
      if (said) resolve(said[0])
    })
  })
  const key = JSON.parse(readFileSync(keyFile, 'utf8'))
  const ws = url.replace('http', 'ws')
  return {
    instrument: 'ACMEUSD.BINANCE',
    currency: 'USD',
    startingCash,
    quantities: { takes: '3', rests: '7', most: '100' },
    lines: [
      `feed: { kind: exchange, venue: binance, symbols: [ACMEUSD], restUrl: '${url}', wsUrl: '${ws}' }`,
      `venue: { ${kind(url, ws)}, environment: served, keyFile: served.json, ${pace} }`,
    ],
    other: async (side, n) => {
      const shown = await fetch(`${url}/api/v3/ticker/bookTicker?symbol=${symbol}`)
      const { bidPrice, askPrice } = (await shown.json()) as Record<string, string>
      const price = side === 'buy' ? askPrice : bidPrice
      const terms = { type: 'LIMIT', timeInForce: 'IOC', quantity: side === 'buy' ? '2' : '1', price: String(price) }
      const named = { newClientOrderId: `other-${n}` }
      await ask(url, key, 'order', { symbol, side: side.toUpperCase(), ...terms, ...named }, 'POST').catch(
        () => undefined,
      )
    },
    books: () => booksOf(url, key),
    close: async () => void child.kill('SIGKILL'),
  }
}

const symbol = 'ACMEUSD'
type Key = { readonly apiKey: string; readonly secret: string }

async function ask(url: string, key: Key, path: string, params: Record<string, string>, method = 'GET') {
  const query = new URLSearchParams({ ...params, timestamp: String(Date.now()) }).toString()
  const signature = createHmac('sha256', key.secret).update(query).digest('hex')
  const headers = { 'x-mbx-apikey': key.apiKey }
  const response = await fetch(`${url}/api/v3/${path}?${query}&signature=${signature}`, { method, headers })
  if (!response.ok) throw new Error(await response.text())
  return response.json()
}

async function booksOf(url: string, key: Key): Promise<VenueBooks> {
  const pages = async <T extends { orderId: number; id?: number | string }>(
    path: string,
    from: string,
  ): Promise<T[]> => {
    const all: T[] = []
    for (let next = 1; ; ) {
      const page = (await ask(url, key, path, { symbol, limit: '1000', [from]: String(next) })) as T[]
      all.push(...page)
      const last = page.at(-1)
      if (last === undefined) return all
      next = Number(last.id ?? last.orderId) + 1
    }
  }
  type Balance = { readonly asset: string; readonly free: string; readonly locked: string }
  const { balances } = (await ask(url, key, 'account', {})) as { balances: Balance[] }
  const total = (asset: string): string[] => {
    const { free = '0', locked = '0' } = balances.find((one) => one.asset === asset) ?? {}
    return [free, locked]
  }
  return {
    orders: await pages('allOrders', 'orderId'),
    trades: await pages('myTrades', 'fromId'),
    position: total('ACME'),
    cash: total('USD'),
  }
}

/** The box of Binance USD-M. */
async function usdm(folder: string, chance: Chance): Promise<CrashVenue> {
  const box = await usdmBox(key)
  const ws = box.url.replace('http', 'ws')
  const feed = `feed: { kind: exchange, venue: binance-usdm, symbols: [BTCUSDT], restUrl: '${box.url}', wsUrl: '${ws}' }`
  const venue = `kind: binance-usdm, environment: served, restUrl: '${box.url}', wsUrl: '${ws}/private/ws'`
  box.algos.triggerMs = 20
  const named = { instrument: 'BTCUSDT-PERP.BINANCE', currency: 'USDT', feed, venue }
  const { books, ...rest } = boxed(folder, chance, box, named)
  return {
    ...rest,
    keepsExits: true,
    // What an algo order became is that order.
    books: async () => {
      const children = new Set(box.algos.algos.map(({ child }) => child?.orderId))
      const all = await books()
      const plain = all.orders.filter(({ orderId }) => !children.has(orderId))
      return { ...all, orders: [...plain, ...algoBooks(box.algos)] }
    },
  }
}

/** The box of Deribit. */
async function deribit(folder: string, chance: Chance): Promise<CrashVenue> {
  const box = await deribitBox(key)
  const { restUrl, wsUrl } = box
  const feed = `feed: { kind: exchange, venue: deribit, symbols: [${boxName}], restUrl: '${restUrl}', wsUrl: '${wsUrl}' }`
  const venue = `kind: deribit, environment: served, wsUrl: '${wsUrl}'`
  const named = { instrument: `${boxName}.DERIBIT`, currency: 'USDC', feed, venue }
  const traded = boxed(folder, chance, box, named)
  return { ...traded, keepsExits: true, books: async () => booksOfDeribit(box, traded.startingCash) }
}

/** Each order once, whatever it became; trade ids begin with the currency, and what is immediate is cancelled. */
export function booksOfDeribit(box: Awaited<ReturnType<typeof deribitBox>>, startingCash: string): VenueBooks {
  const { trades, ...rest } = booksOfBox(box, startingCash)
  return {
    ...rest,
    orders: box.orders().map((order) => ({ ...order, status: order.status === 'EXPIRED' ? 'CANCELED' : order.status })),
    trades: trades.map((trade) => ({ ...trade, id: `USDC-${trade.id}` })),
  }
}

const booksOfBox = ({ book }: Pick<Box, 'book'>, startingCash: string): VenueBooks => ({
  orders: book.orders,
  trades: book.orders.flatMap(({ orderId, trades }) => trades.map((trade) => ({ ...trade, orderId }))),
  position: [book.position],
  cash: [startingCash, book.cash],
})

const key = { apiKey: 'k'.repeat(64), secret: 's'.repeat(64) }
type Box = Pick<Awaited<ReturnType<typeof usdmBox>>, 'quote' | 'trade' | 'book' | 'close'>
type Named = Pick<CrashVenue, 'instrument' | 'currency'> & { readonly feed: string; readonly venue: string }

/** A box with a market that moves, asked for its own book. */
function boxed(folder: string, chance: Chance, box: Box, { feed, venue, ...named }: Named): CrashVenue {
  const startingCash = '100000'
  writeFileSync(join(folder, 'served.json'), JSON.stringify(key), { mode: 0o600 })
  let middle = 10_000
  const move = () => {
    middle = Math.max(9_000, Math.min(11_000, middle + below(chance, 21) - 10))
    box.quote(middle - 1, middle + 1, 100 + below(chance, 4_000), 100 + below(chance, 4_000))
    box.trade(middle, 1 + below(chance, 900), below(chance, 2) === 0)
  }
  move()
  const market = setInterval(move, 5)
  return {
    ...named,
    startingCash,
    quantities: { takes: '1.2', rests: '2.5', most: '100' },
    lines: [feed, `venue: { ${venue}, keyFile: served.json, ${pace} }`],
    other: async (side, n) => {
      box.book.place({
        newClientOrderId: `other-${n}`,
        side: side.toUpperCase(),
        type: 'LIMIT',
        quantity: side === 'buy' ? '0.4' : '0.2',
        price: ((side === 'buy' ? middle + 1 : middle - 1) / 100).toFixed(2),
        timeInForce: 'IOC',
        reduceOnly: 'false',
      })
    },
    books: async () => booksOfBox(box, startingCash),
    close: async () => {
      clearInterval(market)
      await box.close()
    },
  }
}

/** The same server, traded at through ccxt. */
const throughCcxt = (folder: string, chance: Chance): Promise<CrashVenue> =>
  served(folder, chance, (url, ws) => {
    const symbols = '{ ACMEUSD.BINANCE: ACME/USD }'
    return `kind: ccxt, exchange: binance, restUrl: '${url}', wsUrl: '${ws}', symbols: ${symbols}`
  })

export const crashVenues = { binance: served, ccxt: throughCcxt, 'binance-usdm': usdm, deribit } as const
