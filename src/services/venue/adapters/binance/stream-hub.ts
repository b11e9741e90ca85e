import type { RawData, WebSocket } from 'ws'
import type { PayloadOf } from '#schemas/catalogue.ts'
import type { Fact } from '#schemas/event.ts'
import type { Served } from './rest-routes.ts'
import { sendFrame } from './served-socket.ts'

type Client = { readonly socket: WebSocket; readonly streams: Set<string>; readonly isCombined: boolean }

/** Who listens to which stream: `btcusdt@bookTicker`, `btcusdt@trade`, a listen key; raw or combined, as Binance's WebSocket streams. */
export class StreamHub {
  readonly #served: Served
  readonly #clients = new Set<Client>()

  constructor(served: Served) {
    this.#served = served
  }

  /** A connection to `/ws`, `/ws/<stream>` or `/stream?streams=<a>/<b>`; false where the path is none of these. */
  join(socket: WebSocket, url: URL): boolean {
    const raw = /^\/ws(?:\/(?<streams>.+))?$/.exec(url.pathname)
    if (raw === null && url.pathname !== '/stream') return false
    const named = raw ? (raw.groups?.streams ?? '') : (url.searchParams.get('streams') ?? '')
    // As there: of a name in the address that is no stream nothing ever comes.
    const streams = named.split('/').filter((one) => one !== '')
    const client: Client = { socket, streams: new Set(streams), isCombined: raw === null }
    this.#clients.add(client)
    socket.on('close', () => this.#clients.delete(client))
    socket.on('message', (bytes, isBinary) => this.#command(client, bytes, isBinary))
    return true
  }

  /** A fact of the market, to who listens to its symbol. */
  hear({ topic, payload, at }: Fact): void {
    if (topic !== 'md.tick' || this.#clients.size === 0) return
    const tick = payload as PayloadOf<'md.tick'>
    const symbol = [...this.#served.venue.symbols.values()].find(
      ({ instrument }) => instrument.instrument === tick.instrument,
    )?.symbol
    if (symbol === undefined) return
    const { market } = this.#served.venue
    const E = Math.floor(at / 1_000)
    if (tick.kind === 'quote') {
      const { bid, bidSize, ask, askSize } = tick
      if (bid === null || ask === null) return
      const frame = { u: market.updateId, s: symbol, b: bid, B: bidSize ?? '0', a: ask, A: askSize ?? '0' }
      this.#send(`${symbol.toLowerCase()}@bookTicker`, frame)
      return
    }
    const t = market.last(tick.instrument)?.n ?? 0
    const frame = {
      e: 'trade',
      E,
      s: symbol,
      t,
      p: tick.price,
      q: tick.size,
      T: E,
      m: tick.aggressor === 'sell',
      M: true,
    }
    this.#send(`${symbol.toLowerCase()}@trade`, frame)
  }

  /** A frame of the account, to every user data stream. */
  tellUser(frame: object): void {
    const { valid } = this.#served.listenKey
    if (valid !== null) this.#send(valid, frame)
  }

  close(): void {
    for (const { socket } of this.#clients) socket.terminate()
  }

  #send(stream: string, frame: object): void {
    for (const { socket, streams, isCombined } of this.#clients) {
      if (streams.has(stream)) sendFrame(socket, isCombined ? { stream, data: frame } : frame)
    }
  }

  #command({ socket, streams }: Client, bytes: RawData, isBinary: boolean): void {
    sendFrame(socket, this.#answer(streams, isBinary ? '' : String(bytes)))
  }

  #answer(streams: Set<string>, text: string): object {
    const refusal = (msg: string, id: unknown = null) => ({ error: { code: 2, msg }, id })
    let asked: { method?: unknown; params?: unknown; id?: unknown } | null
    try {
      asked = JSON.parse(text)
    } catch {
      return refusal('Invalid JSON')
    }
    const { method, params, id = null } = asked ?? {}
    const named = Array.isArray(params) ? params.map(String) : []
    if (method === 'LIST_SUBSCRIPTIONS') return { result: [...streams], id }
    if (method !== 'SUBSCRIBE' && method !== 'UNSUBSCRIBE') return refusal('Invalid request: unknown method', id)
    const unknown = named.find((stream) => !this.#isStream(stream))
    if (unknown !== undefined) return refusal(`Invalid stream: ${unknown}`, id)
    for (const stream of named) {
      if (method === 'SUBSCRIBE') streams.add(stream)
      else streams.delete(stream)
    }
    return { result: null, id }
  }

  #isStream(name: string): boolean {
    if (name === this.#served.listenKey.valid) return true
    const [symbol = '', kind] = name.split('@')
    return this.#served.venue.symbols.has(symbol.toUpperCase()) && (kind === 'bookTicker' || kind === 'trade')
  }
}
