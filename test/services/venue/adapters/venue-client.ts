import ccxt, { type Order } from 'ccxt'
import type { PayloadOf } from '#schemas/catalogue.ts'
import type { Answer, VenueOrder } from '#services/venue/adapters/gateway/real-venue.ts'
import { ccxtAt, instrument } from './served-market.ts'
import { type SpotAdapter, spotAdapters } from './spot-adapters.ts'

export type Terms = {
  readonly side: 'buy' | 'sell'
  readonly type: 'market' | 'limit' | 'stop' | 'stop_limit' | 'limit_if_touched'
  readonly quantity: string
  readonly price?: string
  readonly stopPrice?: string
  readonly timeInForce?: 'GTC' | 'IOC' | 'FOK'
  readonly isPostOnly?: true
}
export type Seen = { readonly id: string; readonly state: VenueOrder['state']; readonly filled: number }
export type Trade = { readonly price: number; readonly quantity: number; readonly fee: number }

/** What whoever trades at a venue does there; a refusal is thrown as an Error that begins with a word of `Refusal`. */
export type VenueClient = {
  readonly name: string
  place(terms: Terms): Promise<Seen>
  replace(id: string, terms: Terms): Promise<Seen>
  cancel(id: string): Promise<Seen>
  find(id: string): Promise<Seen>
  openOrders(): Promise<string[]>
  trades(id: string): Promise<Trade[]>
  /** In all, locked or not. */
  balances(): Promise<Record<string, number>>
  /** From when it resolves on, every report of an order of ours is told. */
  listen(onOrder: (seen: Seen, trades: readonly Trade[]) => void): Promise<void>
  close(): Promise<void>
}
export type Refusal = 'INSUFFICIENT' | 'WOULD_TAKE' | 'ABSENT'

/** An adapter of our own gateway. */
export async function adapterClient(url: string, adapter: SpotAdapter): Promise<VenueClient> {
  const wsUrl = `${url.replace('http', 'ws')}/ws-api/v3`
  const venue = await spotAdapters[adapter]({ restUrl: url, wsUrl, timeoutMs: 2_000 })
  const orders = new Map<string, string>()
  let endStream: (() => void) | null = null
  let placed = 0
  const named = (venueClientId: string) => ({ instrument, venueClientId, venueOrderId: null, waits: false })
  const seen = (view: VenueOrder): Seen => {
    orders.set(view.venueClientId, view.venueOrderId)
    return { id: view.venueClientId, state: view.state, filled: Number(view.executed) }
  }
  const tradesOf = (view: Pick<VenueOrder, 'trades'>): Trade[] =>
    view.trades.map(({ price, quantity, fee }) => ({
      price: Number(price),
      quantity: Number(quantity),
      fee: Number(fee),
    }))
  const client: VenueClient = {
    name: adapter,
    place: async ({ side, type, quantity, price, stopPrice, timeInForce = 'GTC', isPostOnly }) => {
      const order: PayloadOf<'order.submitted'> = {
        clientOrderId: 't-1-0',
        approval: 'risk:1.0',
        strategy: 'suite',
        instrument,
        side,
        quantity,
        orderType: type,
        timeInForce,
        expiresAt: Number.MAX_SAFE_INTEGER,
        ...(price === undefined ? {} : { limitPrice: price }),
        ...(stopPrice === undefined ? {} : { stopPrice }),
        ...(isPostOnly ? { isPostOnly } : {}),
      }
      if (venue.unfit(order) !== null) throw new Error('UNFIT')
      return seen(done(await venue.place(order, `suite-${++placed}-${Date.now()}`, Date.now(), 2_000)))
    },
    // As the gate has it done: what works is canceled, and when that is sure the next one goes out. [R2]
    replace: async (id, terms) => {
      await client.cancel(id)
      return client.place(terms)
    },
    cancel: async (id) => seen(done(await venue.cancel(named(id)))),
    find: async (id) => seen(done(await venue.find(named(id)))),
    openOrders: async () => done(await venue.openOrders()).map(({ venueClientId }) => venueClientId),
    trades: async (id) => tradesOf({ trades: done(await venue.trades(named(id), orders.get(id) ?? '')) }),
    balances: async () =>
      Object.fromEntries(done(await venue.balances()).map(({ asset, total }) => [asset, Number(total)])),
    listen: (onOrder) =>
      new Promise((onOpen) => {
        endStream = venue.stream({
          onOpen,
          // Trades that do not come with it are asked for, as the gateway does.
          onOrder: async (view) => {
            const hasLess = view.trades.length === 0 && Number(view.executed) > 0
            const order = seen(view)
            onOrder(order, hasLess ? await client.trades(order.id) : tradesOf(view))
          },
          onClose: () => undefined,
          onPaid: () => undefined,
        })
      }),
    close: async () => endStream?.(),
  }
  return client
}

function done<T>(answer: Answer<T>): T {
  if (answer.kind === 'done') return answer.value
  if (answer.kind === 'absent') throw new Error('ABSENT')
  if (answer.kind === 'nothing') throw new Error(`NOTHING ${answer.reason}`)
  throw new Error(`${refusals.find(([word]) => answer.reason.includes(word))?.[1] ?? answer.code} ${answer.reason}`)
}
const refusals: readonly (readonly [string, Refusal])[] = [
  ['insufficient balance', 'INSUFFICIENT'],
  ['immediately match', 'WOULD_TAKE'],
]

const symbol = 'BTC/USDT'

export async function ccxtClient(url: string): Promise<VenueClient> {
  const client = await ccxtAt(url)
  let isOver = false
  const wording = async <T>(asked: Promise<T>): Promise<T> => {
    try {
      return await asked
    } catch (error) {
      if (error instanceof ccxt.OrderNotFound) throw new Error('ABSENT')
      if (error instanceof ccxt.InsufficientFunds) throw new Error('INSUFFICIENT')
      if (error instanceof ccxt.OrderImmediatelyFillable) throw new Error('WOULD_TAKE')
      throw error
    }
  }
  const paramsOf = ({ stopPrice, timeInForce, isPostOnly }: Terms) => ({
    ...(stopPrice === undefined ? {} : { stopPrice: Number(stopPrice) }),
    ...(timeInForce === undefined ? {} : { timeInForce }),
    ...(isPostOnly ? { postOnly: true } : {}),
  })
  const typeOf = {
    market: 'market',
    limit: 'limit',
    stop: 'STOP_LOSS',
    stop_limit: 'STOP_LOSS_LIMIT',
    limit_if_touched: 'TAKE_PROFIT_LIMIT',
  }
  const priceOf = ({ price }: Terms) => (price === undefined ? undefined : Number(price))
  return {
    name: 'ccxt',
    place: async (terms) => {
      const { type, side, quantity } = terms
      return seen(
        await wording(
          client.createOrder(symbol, typeOf[type], side, Number(quantity), priceOf(terms), paramsOf(terms)),
        ),
      )
    },
    replace: async (id, terms) => {
      const { type, side, quantity } = terms
      return seen(
        await wording(
          client.editOrder(id, symbol, typeOf[type], side, Number(quantity), priceOf(terms), paramsOf(terms)),
        ),
      )
    },
    cancel: async (id) => seen((await wording(client.cancelOrder(id, symbol))) as Order),
    find: async (id) => seen(await wording(client.fetchOrder(id, symbol))),
    openOrders: async () => (await client.fetchOpenOrders(symbol)).map(({ id }) => id as string),
    trades: async (id) =>
      (await client.fetchOrderTrades(id, symbol)).map(({ price, amount, fee }) => ({
        price: Number(price),
        quantity: Number(amount),
        fee: Number(fee?.cost ?? 0),
      })),
    balances: async () => {
      const { total } = await client.fetchBalance()
      return Object.fromEntries(Object.entries(total as unknown as Record<string, number>))
    },
    listen: async (onOrder) => {
      let hasBegun = false
      void (async () => {
        while (!isOver) {
          try {
            for (const order of await client.watchOrders(symbol)) {
              const { average, filled, fee } = order
              onOrder(seen(order), [{ price: average ?? 0, quantity: filled ?? 0, fee: Number(fee?.cost ?? 0) }])
            }
            hasBegun = true
          } catch (error) {
            if (!isOver) throw error
          }
        }
      })()
      // When a subscription has taken hold is not told: something is done until it is seen.
      while (!hasBegun) {
        const { id } = await client.createOrder(symbol, 'limit', 'buy', 1, 50)
        await client.cancelOrder(id as string, symbol)
        await new Promise((resolve) => setTimeout(resolve, 100))
      }
    },
    close: async () => {
      isOver = true
      await client.close()
    },
  }
}

const seen = ({ id, status, filled }: Order): Seen => ({
  id: id ?? 'none',
  state: status === 'open' ? 'working' : status === 'closed' ? 'filled' : (status as VenueOrder['state']),
  filled: Number(filled ?? 0),
})
