import type { BoxAct, BoxAnswer } from './exchange-box.ts'

/** An option that the box lists. `quotes`: what its ticker says of both sides, best price and amount; no bid or ask is a side that nobody quotes. */
export type BoxOption = {
  readonly name: string
  readonly endsAtMs: number
  readonly bid?: string
  readonly ask?: string
}

type Told = { readonly id: number; readonly method: string; readonly params: { readonly channels?: string[] } }

/** So much Deribit lets one request have, and one connection. */
const channelsMost = 500

/**
 * Deribit in a box, as far as option chains go: lists options, tells tickers of those that somebody is subscribed to and what is listed anew or has ended, and refuses
 * what the exchange refuses. It knows no sockets and no time.
 */
export function chainBox(listed: readonly BoxOption[], nowMs: () => number) {
  const options = new Map(listed.map((option) => [option.name, option]))
  const sockets = new Map<number, Set<string>>()
  const refused: string[] = []
  let told = 0
  const isOver = ({ endsAtMs }: BoxOption) => endsAtMs <= nowMs()
  const notify = (channel: string, data: string): BoxAct[] =>
    [...sockets].flatMap(([socket, channels]) =>
      channels.has(channel) ? [{ kind: 'frame', socket, text: notification(channel, data) } as const] : [],
    )
  const news = (name: string, state: string) =>
    notify('instrument.state.option.BTC', JSON.stringify({ timestamp: nowMs(), state, instrument_name: name }))

  function subscribe(channels: readonly string[], mine: Set<string>): { result: unknown } | { error: unknown } {
    if (channels.length > channelsMost || mine.size + channels.length > channelsMost) {
      refused.push(`${channels.length} channels beside ${mine.size}`)
      return { error: { code: -32602, message: 'Invalid params' } }
    }
    const isThere = (channel: string) => {
      const name = /^ticker\.(.+)\.100ms$/.exec(channel)?.[1]
      const option = options.get(name ?? '')
      return name === undefined || name === 'BTC-PERPETUAL' || (option !== undefined && !isOver(option))
    }
    const result = channels.filter(isThere)
    for (const channel of result) mine.add(channel)
    return { result }
  }

  return {
    refused,
    /** Channels by connection. */
    subscribed: () => [...sockets.values()].map((channels) => [...channels]),
    opened: (socket: number) => void sockets.set(socket, new Set()),
    closed: (socket: number) => void sockets.delete(socket),
    asked: (url: string): BoxAnswer => ({
      status: 200,
      text: url.includes('get_instruments')
        ? `{"jsonrpc":"2.0","result":[${[perpetual, ...[...options.values()].filter((one) => !isOver(one)).map(listing)].join()}]}`
        : '{}',
    }),
    heard(socket: number, text: string): BoxAct[] {
      const mine = sockets.get(socket)
      if (mine === undefined) return []
      const { id, method, params } = JSON.parse(text) as Told
      const { channels = [] } = params
      if (method === 'public/unsubscribe') for (const channel of channels) mine.delete(channel)
      const answer = method === 'public/subscribe' ? subscribe(channels, mine) : { result: params.channels ?? 'ok' }
      const acts: BoxAct[] = [{ kind: 'frame', socket, text: JSON.stringify({ jsonrpc: '2.0', id, ...answer }) }]
      if (method !== 'public/subscribe' || !('result' in answer)) return acts
      // A subscription begins with what is there; of an option that nobody ever quoted nothing is told.
      for (const channel of answer.result as string[]) {
        const option = options.get(channel.split('.')[1] ?? '')
        if (option !== undefined && (option.bid ?? option.ask) !== undefined)
          acts.push({ kind: 'frame', socket, text: notification(channel, ticker(option, nowMs())) })
      }
      return acts
    },
    /** A ticker of the next option that is quoted, and of the perpetual, so that there is a market. */
    step(): BoxAct[] {
      const quoted = [...options.values()].filter((one) => !isOver(one) && (one.bid ?? one.ask) !== undefined)
      const option = quoted[told++ % Math.max(1, quoted.length)]
      const acts = notify('ticker.BTC-PERPETUAL.100ms', perpetualTicker(nowMs()))
      return option === undefined ? acts : [...acts, ...notify(tickerOf(option.name), ticker(option, nowMs()))]
    },
    /** Lists another one, and says so. */
    list(option: BoxOption): BoxAct[] {
      options.set(option.name, option)
      return news(option.name, 'created')
    },
    /** Takes one off the list before its end, and says so. */
    unlist(name: string): BoxAct[] {
      options.delete(name)
      return news(name, 'terminated')
    },
    /** Ends the connections that carry a channel. */
    cut: (channel: string): BoxAct[] =>
      [...sockets].flatMap(([socket, channels]) => (channels.has(channel) ? [{ kind: 'abort', socket } as const] : [])),
  }
}

export const tickerOf = (name: string): string => `ticker.${name}.100ms`

const notification = (channel: string, data: string): string =>
  `{"jsonrpc":"2.0","method":"subscription","params":{"channel":"${channel}","data":${data}}}`

const side = (name: string, price: string | undefined): string =>
  `"best_${name}_price":${price ?? '0.0'},"best_${name}_amount":${price === undefined ? '0.0' : '1.5'}`

const ticker = ({ name, bid, ask }: BoxOption, ms: number): string =>
  `{"timestamp":${ms},"instrument_name":"${name}","underlying_price":50000.5,${side('bid', bid)},${side('ask', ask)},"mark_price":0.01,"stats":{}}`

const perpetualTicker = (ms: number): string =>
  `{"timestamp":${ms},"instrument_name":"BTC-PERPETUAL",${side('bid', '50000.0')},${side('ask', '50000.5')},"stats":{}}`

const listing = ({ name, endsAtMs }: BoxOption): string =>
  `{"instrument_name":"${name}","kind":"option","tick_size":0.0005,"min_trade_amount":0.1,"contract_size":1.0,"expiration_timestamp":${endsAtMs}}`
const perpetual =
  '{"instrument_name":"BTC-PERPETUAL","kind":"future","settlement_period":"perpetual","tick_size":0.5,"min_trade_amount":10.0,"contract_size":10.0}'
