import { quoted } from '../decimal-text.ts'
import { LineFault } from '../line-fault.ts'
import { type Frame, jsonObject } from '../normalize/read-fields.ts'
import type { RawRecord } from '../raw/raw-record.ts'

/** What one session asked for, in addresses and by requests. Where its first connection was not recorded nobody knows, and all may come. */
export function askedStreams() {
  let asked: Set<string> | null = null
  const ask = (streams: readonly string[]) => {
    for (const stream of streams) asked?.add(keyOf(stream))
  }
  // Most frames are of the stream of one just before.
  let [last, lastEvent]: [string | null, string | undefined] = [null, undefined]

  return {
    hear(record: RawRecord): void {
      if (record.kind === 'opened') {
        asked ??= new Set()
        ask(new URL(record.url).searchParams.get('streams')?.split('/') ?? [])
      }
      if (record.kind === 'sent' && record.text.includes('"SUBSCRIBE"'))
        ask((jsonObject(record.text).params as string[] | undefined) ?? [])
    },

    /** Throws a LineFault where it is of the market and was not asked for. */
    check(stream: string | null, body: Frame): void {
      if (asked === null) return
      if (stream !== null && stream !== last) {
        if (!asked.has(keyOf(stream))) throw new LineFault(`the stream ${quoted(stream)} was not asked for`)
        last = stream
        lastEvent = eventOf(stream)
      }
      const event = stream === null ? undefined : lastEvent
      if (stream === null && body.lastUpdateId !== undefined) throw new LineFault('a snapshot that was not asked for')
      if (typeof body.e !== 'string' || body.e === event || !told.has(body.e)) return
      throw new LineFault(
        `${quoted(body.e)} was not asked for ${stream === null ? 'without a stream' : `as ${quoted(stream)}`}`,
      )
    },
  }
}

/** How often it comes, and whether trades are gathered, is the exchange's: `btcusdt@depth@100ms` is that of `btcusdt@depth`. */
const keyOf = (stream: string): string => stream.split('@', 2).join('@').replace('@aggTrade', '@trade')

/** What a frame of the stream says that it is. */
const eventOf = (stream: string): string | undefined => {
  const kind = stream.split('@')[1] ?? ''
  return kind.startsWith('kline_') ? 'kline' : (events[kind] ?? kind)
}

const events: Readonly<Record<string, string>> = { depth: 'depthUpdate', markPrice: 'markPriceUpdate' }
const told: ReadonlySet<string> = new Set([
  'trade',
  'aggTrade',
  'bookTicker',
  'depthUpdate',
  'kline',
  'markPriceUpdate',
])
