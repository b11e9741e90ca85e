import { describe, expect, it } from 'vitest'
import type { MarketFact } from '#lib/market/market-fact.ts'
import { deribit } from '#services/md/adapters/deribit/venue.ts'
import { completeListing } from '#services/md/adapters/live/complete-listing.ts'
import { startNormalizer } from '#services/md/adapters/normalize/normalizer.ts'
import type { RawRecord } from '#services/md/adapters/raw/raw-record.ts'

const [one, two, three] = ['BTC-29MAR30-24000-C', 'BTC-29MAR30-24000-P', 'BTC-29MAR30-25000-C'] as const
const channel = (name: string) => `ticker.${name}.100ms`

/** A session of Deribit, record by record; gives what is said of subscriptions and quotes. */
function session() {
  const normalizer = startNormalizer({
    ...{ feed: 'deribit', decoder: deribit.openDecoder({}), listingOf: completeListing, canWait: () => true },
    ...{ isOneSession: true, keepsPartialBars: false },
  })
  let at = 1_723_161_256_000_000
  const read = (record: object): string[] => {
    at += 1_000
    return normalizer.read({ ...record, at } as RawRecord).flatMap(shown)
  }
  const result = (names: readonly string[]) =>
    names.map((instrument_name) => ({
      ...{ instrument_name, kind: 'option', tick_size: 0.0005, min_trade_amount: 0.1, settlement_period: 'week' },
    }))
  const url = 'https://www.deribit.com/api/v2/public/get_instruments?currency=BTC'
  return {
    list: (...names: string[]) =>
      read({
        kind: 'answer',
        url,
        text: JSON.stringify({ result: result(names.length > 0 ? names : [one, two, three]) }),
      }),
    open: (connection: string) => read({ kind: 'opened', connection, url: 'wss://x' }),
    close: (connection: string) => read({ kind: 'closed', connection, reason: 'x' }),
    ask: (connection: string, id: number, method: 'subscribe' | 'unsubscribe', ...names: string[]) =>
      read({
        ...{ kind: 'sent', connection },
        text: JSON.stringify({ id, method: `public/${method}`, params: { channels: names.map(channel) } }),
      }),
    answer: (connection: string, id: number, ...names: string[]) =>
      read({ kind: 'frame', connection, text: JSON.stringify({ id, result: names.map(channel) }) }),
    quote: (connection: string, name: string) =>
      read({
        ...{ kind: 'frame', connection },
        text: `{"method":"subscription","params":{"channel":"${channel(name)}","data":{"timestamp":${Math.floor(at / 1_000)},"instrument_name":"${name}","best_bid_price":0.01,"best_bid_amount":1.0,"best_ask_price":null,"best_ask_amount":null}}}`,
      }),
  }
}

const nameOf = (instrument: string) => instrument.replace('.DERIBIT', '')

function shown({ topic, payload }: MarketFact): string[] {
  if (topic === 'md.instrument') return [`lists ${nameOf(payload.instrument)}`]
  if (topic === 'md.option.tick') return [`quotes ${nameOf(payload.instrument)}`]
  if (topic !== 'md.status' || payload.code === 'clock_skew') return []
  return [[payload.state, payload.connection, ...(payload.instruments ?? []).map(nameOf)].join(' ')]
}

describe('[MD-L12] what a session is subscribed to', () => {
  it('is what the exchange answers, behind the listings of the chain', () => {
    const { list, open, ask, answer } = session()
    list()
    expect(open('deribit-1.1')).toEqual(['connected deribit-1.1'])
    expect(ask('deribit-1.1', 10, 'subscribe', one, two)).toEqual([])
    expect(answer('deribit-1.1', 10, one)).toEqual([
      ...[`lists ${one}`, `lists ${two}`, `lists ${three}`],
      `subscribed deribit-1.1 ${one}`,
    ])
    expect(answer('deribit-1.1', 11, one, two)).toEqual([`subscribed deribit-1.1 ${two}`])
    ask('deribit-1.1', 12, 'unsubscribe', one, three)
    expect(answer('deribit-1.1', 12, one, three)).toEqual([`unsubscribed deribit-1.1 ${one}`])
    // The same number of another connection is another request.
    expect(answer('deribit-1.1', 12, one)).toEqual([`subscribed deribit-1.1 ${one}`])
  })

  it('is what is quoted, where no answer came', () => {
    const { list, open, quote } = session()
    list()
    open('deribit-1.1')
    expect(quote('deribit-1.1', one).slice(-2)).toEqual([`subscribed deribit-1.1 ${one}`, `quotes ${one}`])
    expect(quote('deribit-1.1', one)).toEqual([`quotes ${one}`])
  })

  it('stays as it is while a connection is replaced, and is said anew after a cut', () => {
    const { list, open, close, answer, quote } = session()
    list()
    open('deribit-1.1')
    answer('deribit-1.1', 10, one, two)
    expect([...open('deribit-1.2'), ...answer('deribit-1.2', 10, one, two)]).toEqual(['connected deribit-1.2'])
    expect(close('deribit-1.1')).toEqual(['disconnected deribit-1.1'])
    expect(quote('deribit-1.2', one)).toEqual([`quotes ${one}`])
    expect(answer('deribit-1.2', 11, two, three)).toEqual([`subscribed deribit-1.2 ${three}`])
    expect(close('deribit-1.2')).toEqual(['disconnected deribit-1.2'])
    open('deribit-1.3')
    expect(answer('deribit-1.3', 10, one)).toEqual([`subscribed deribit-1.3 ${one}`])
  })
})

describe('[MD-C3] what a later list does not have', () => {
  it('is delisted, once, and listed again when a list has it', () => {
    const { list, open, quote } = session()
    list()
    open('deribit-1.1')
    quote('deribit-1.1', one)
    expect(list(one, three)).toEqual([`delisted  ${two}`])
    expect(list(one, three)).toEqual([])
    expect(list()).toEqual([`lists ${two}`])
  })
  it('was not told, or has ended: nothing is said', () => {
    const { list, open, quote } = session()
    list(one, 'BTC-9AUG24-1000-C', 'ETH-29MAR30-1000-C')
    open('deribit-1.1')
    expect(quote('deribit-1.1', one)).toContain('lists BTC-9AUG24-1000-C')
    expect(list('ETH-29MAR30-1000-C', one).slice(0, 1)).toEqual(['delisted  BTC-9AUG24-1000-C'])
    expect(list(one)).toEqual([])
  })
})
