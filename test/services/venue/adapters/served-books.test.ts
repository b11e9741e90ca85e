import { once } from 'node:events'
import { afterEach, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { below, type Chance, chanceOf, pick } from '#test/faults/chance.ts'
import { plainClient, type Sent } from './plain-client.ts'
import { auditAccount, type Client } from './served-audit.ts'
import { type ServedMarket, servedMarket } from './served-market.ts'

const listed = { base: 'BTC', quote: 'USDT' }
const symbol = 'BTCUSDT'
const first = { USDT: '5000', BTC: '20' }
let served: ServedMarket
afterEach(() => served.server.close())

type Report = Record<string, string | number> & { B?: { a: string; f: string; l: string }[] }

/** Everything that the account's stream says. */
async function listen(client: Client): Promise<Report[]> {
  const { listenKey } = (await client.ask('POST', '/api/v3/userDataStream')).body
  const socket = new WebSocket(`${served.server.url.replace('http', 'ws')}/ws/${listenKey}`)
  const heard: Report[] = []
  socket.on('message', (bytes) => heard.push(JSON.parse(String(bytes))))
  await once(socket, 'open')
  return heard
}

function randomOrder(chance: Chance, cents: number): Sent {
  const type = pick(chance, [
    ...['LIMIT', 'LIMIT', 'MARKET', 'MARKET', 'LIMIT_MAKER'],
    ...['STOP_LOSS', 'STOP_LOSS_LIMIT', 'TAKE_PROFIT', 'TAKE_PROFIT_LIMIT'],
  ])
  const side = pick(chance, ['BUY', 'SELL'])
  const near = () => ((cents + below(chance, 300) - 150) / 100).toFixed(2)
  const byCost = type === 'MARKET' && below(chance, 3) === 0
  const size: Sent = byCost
    ? { quoteOrderQty: `${50 + below(chance, 300)}` }
    : { quantity: `${below(chance, 4)}.${100 + below(chance, 900)}` }
  return {
    ...{ symbol, side, type },
    ...size,
    ...(/^(STOP|TAKE)/.test(type) ? { stopPrice: near() } : {}),
    ...(/LIMIT/.test(type) ? { price: near() } : {}),
    ...(/LIMIT$/.test(type) ? { timeInForce: pick(chance, ['GTC', 'GTC', 'IOC', 'FOK']) } : {}),
  }
}

test.each([1, 2, 3, 4])(
  '[B1] [B2] seed %i: whatever is traded, the account adds up after each step, and its stream says the same',
  async (seed) => {
    const chance = chanceOf(seed)
    served = await servedMarket(first, {
      fees: { takerBps: 7.5, makerBps: 2 },
      slippage: { kind: 'ticks', ticks: seed % 3 },
    })
    const client = plainClient(served.server.url)
    const heard = await listen(client)
    const placed: number[] = []
    for (let n = 0; n < 150; n++) {
      const cents = 9_500 + below(chance, 1_000)
      const ask = cents + 1 + below(chance, 40)
      served.quote((cents / 100).toFixed(2), (ask / 100).toFixed(2), `${below(chance, 3)}.${1 + below(chance, 9)}`)
      const act = below(chance, 10)
      const named: Sent = { symbol, orderId: String(pick(chance, placed.length === 0 ? [1] : placed)) }
      if (act === 0) await client.call('DELETE', 'order', named)
      else if (act === 1) {
        const replace = {
          cancelReplaceMode: pick(chance, ['STOP_ON_FAILURE', 'ALLOW_FAILURE']),
          cancelOrderId: named.orderId ?? '',
        }
        await client.call('POST', 'order/cancelReplace', { ...randomOrder(chance, cents), ...replace })
      } else {
        const { status, body } = await client.call('POST', 'order', randomOrder(chance, cents))
        if (status === 200) placed.push(Number(body.orderId))
        else expect([-2010, -1013]).toContain(body.code)
      }
      const wrong = await auditAccount(client, listed, first)
      expect({ seed, n, wrong }).toEqual({ seed, n, wrong: [] })
    }
    const orders = (await client.call('GET', 'allOrders', { symbol, limit: '1000' })).body
    const trades = (await client.call('GET', 'myTrades', { symbol, limit: '1000' })).body
    const { balances } = (await client.call('GET', 'account')).body as unknown as { balances: Record<string, string>[] }
    expect(new Set(orders.map(({ status }) => status)).size).toBeGreaterThan(3)
    expect(trades.length).toBeGreaterThan(30)
    const reports = () => heard.filter(({ e }) => e === 'executionReport')
    const lastOf = (id: unknown) => reports().findLast(({ i }) => i === id)
    const told = () =>
      orders.map(({ orderId }) => [orderId, lastOf(orderId)?.X, lastOf(orderId)?.z, lastOf(orderId)?.Z])
    await expect
      .poll(told, { timeout: 5_000 })
      .toEqual(
        orders.map(({ orderId, status, executedQty, cummulativeQuoteQty }) => [
          orderId,
          status,
          executedQty,
          cummulativeQuoteQty,
        ]),
      )
    const fills = reports().filter(({ x }) => x === 'TRADE')
    expect(fills.map(({ t, i, l, L, n, N, m }) => [t, i, l, L, n, N, m])).toEqual(
      trades.map(({ id, orderId, qty, price, commission, commissionAsset, isMaker }) => [
        id,
        orderId,
        qty,
        price,
        commission,
        commissionAsset,
        isMaker,
      ]),
    )
    const position = heard.findLast(({ e }) => e === 'outboundAccountPosition')?.B
    expect(position?.map(({ a, f, l }) => ({ asset: a, free: f, locked: l }))).toEqual(balances)
  },
  60_000,
)

test('[B6] numbers of orders and trades of one process are not those of the next', async () => {
  served = await servedMarket(first, {}, 1_700_000_000_000)
  const client = plainClient(served.server.url)
  const { body } = await client.call('POST', 'order', { symbol, side: 'BUY', type: 'MARKET', quantity: '1' })
  expect(body).toMatchObject({ orderId: 1_700_000_000_000, fills: [{ tradeId: 1_700_000_000_000 }] })
  expect(await client.call('GET', 'order', { symbol, orderId: '1' })).toMatchObject({ body: { code: -2013 } })
})
