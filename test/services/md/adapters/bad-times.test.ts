import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import type { MarketFact } from '#lib/market/market-fact.ts'
import { planRawImport } from '#services/md/adapters/import-raw.ts'
import { believedTimes } from '#services/md/adapters/raw/believed-times.ts'
import { venueNamed } from '#services/md/adapters/venues.ts'
import { byHand, normalized } from './normalized.ts'
import { checkFacts, readPlan } from './read-plan.ts'

const root = mkdtempSync(join(tmpdir(), 'times-'))
afterAll(() => rmSync(root, { recursive: true }))

const start = 1_700_000_000_000
const second = (n: number) => start + n * 1_000
const hour = 3_600
const frame = (n: number, exchangeMs = second(n)) =>
  JSON.stringify({
    stream: 'btcusdt@trade',
    data: { e: 'trade', E: exchangeMs, s: 'BTCUSDT', t: n, p: '60000.10', q: '1', T: exchangeMs, m: true },
  })

type Times = { readonly receivedMs?: number; readonly exchangeMs?: number }
/** 30 trades, one a second, one or more of them at other times. */
const trades = (odd: ReadonlyMap<number, Times>) =>
  Array.from({ length: 30 }, (_, i) => ({
    receivedMs: odd.get(i)?.receivedMs ?? second(i),
    text: frame(i, odd.get(i)?.exchangeMs ?? odd.get(i)?.receivedMs ?? second(i)),
  }))

const forms = {
  receipt: (odd: ReadonlyMap<number, Times>) =>
    trades(odd).map(({ receivedMs, text }) => `${receivedMs}000000 ${text}`),
  json: (odd: ReadonlyMap<number, Times>) =>
    trades(odd).map(({ receivedMs, text }) =>
      JSON.stringify({ t: 'recv', conn: 'a', ts: receivedMs / 1000, data: text }),
    ),
  text: (odd: ReadonlyMap<number, Times>) => trades(odd).map(({ receivedMs, text }) => `${receivedMs / 1000}: ${text}`),
  bare: (odd: ReadonlyMap<number, Times>) => trades(odd).map(({ text }) => text),
}

function recording(lines: readonly string[]): string {
  const file = join(root, 'frames.txt')
  writeFileSync(file, `${lines.join('\n')}\n`)
  return file
}

const toldIn = (facts: readonly MarketFact[]) =>
  facts.flatMap(({ at, topic, payload }) =>
    topic === 'md.tick'
      ? [{ at: at / 1e6 - start / 1e3, number: payload.sequence, exchangeAt: payload.exchangeAt }]
      : [],
  )
const statusesIn = (facts: readonly MarketFact[]) =>
  facts.flatMap((fact) =>
    fact.topic === 'md.status' && fact.payload.state !== 'measured'
      ? [`${fact.payload.state} ${fact.payload.code}`]
      : [],
  )
const numbers = Array.from({ length: 30 }, (_, i) => i)

const wild = [Date.UTC(2056, 3, 17), start + 3 * hour * 1000, start - 2 * hour * 1000, Date.UTC(2001, 8, 12)]

describe('[MD-N2a] a receipt time that no other agrees with', () => {
  it.each(
    (['receipt', 'json', 'text'] as const).flatMap((form) =>
      wild.map((ms) => ({ form, ms, day: new Date(ms).toISOString() })),
    ),
  )('of $day moves nothing wherever it stands in a file of form $form, and is a status', ({ form, ms }) => {
    for (const n of [1, 2, 15, 28]) {
      const odd = new Map([[n, { receivedMs: ms, exchangeMs: second(n) }]])
      const { facts, leftOut } = normalized('binance', recording(forms[form](odd)))
      checkFacts(facts)
      expect(toldIn(facts)).toEqual(
        numbers.map((i) => ({ at: i === n ? n - 1 : i, number: i, exchangeAt: second(i) * 1000 })),
      )
      expect(statusesIn(facts)).toEqual(['flagged bad_time'])
      expect(facts.filter((fact) => fact.topic === 'md.gap')).toEqual([])
      expect(leftOut.firstBadLines).toEqual([
        expect.stringContaining(`frames.txt:${n + 1}: received at ${new Date(ms).toISOString()}`),
      ])
    }
  })

  it('at the first or the last record moves nothing either', () => {
    for (const n of [0, 29]) {
      const odd = new Map([[n, { receivedMs: Date.UTC(2056, 3, 17), exchangeMs: second(n) }]])
      const { facts } = normalized('binance', recording(forms.receipt(odd)))
      expect(toldIn(facts).map(({ at }) => at)).toEqual(numbers.map((i) => (i !== n ? i : n === 0 ? 1 : n - 1)))
      expect(statusesIn(facts)).toEqual(['flagged bad_time'])
    }
  })

  it('two of them in a row are two statuses', () => {
    const odd = new Map([
      [10, { receivedMs: Date.UTC(2056, 3, 17), exchangeMs: second(10) }],
      [11, { receivedMs: Date.UTC(2099, 3, 17), exchangeMs: second(11) }],
    ])
    const { facts } = normalized('binance', recording(forms.receipt(odd)))
    expect(toldIn(facts).map(({ at }) => at)).toEqual(numbers.map((i) => (i === 10 || i === 11 ? 9 : i)))
    expect(statusesIn(facts)).toEqual(['flagged bad_time', 'flagged bad_time'])
  })

  it('is refused by an import, with its line, or counted', () => {
    const odd = new Map([[15, { receivedMs: Date.UTC(2056, 3, 17), exchangeMs: second(15) }]])
    const file = recording(forms.receipt(odd))
    expect(() => readPlan(planRawImport([file], 'binance'), false)).toThrow('received at 2056-04-17')
    const plan = planRawImport([file], 'binance')
    readPlan(plan, true)
    expect(toldIn(readPlan(plan, true).facts).map(({ at }) => at)).toEqual(numbers.map((i) => (i === 15 ? 14 : i)))
  })

  it.each(['receipt', 'json', 'text'] as const)(
    'is one with others that agree: a clock that stepped two hours ahead, form %s',
    (form) => {
      const odd = new Map(numbers.slice(12).map((n) => [n, { receivedMs: second(n + 2 * hour) }]))
      const { facts } = normalized('binance', recording(forms[form](odd)))
      expect(toldIn(facts).map(({ at }) => at)).toEqual(numbers.map((i) => (i < 12 ? i : i + 2 * hour)))
      expect(statusesIn(facts)).toEqual([])
    },
  )

  it('a clock that stepped back makes no time go back, and each event says when it was received', () => {
    const odd = new Map(numbers.slice(12).map((n) => [n, { receivedMs: second(n - 2 * hour) }]))
    const { facts } = normalized('binance', recording(forms.receipt(odd)))
    expect(toldIn(facts).map(({ at }) => at)).toEqual(numbers.map((i) => Math.min(i, 11)))
    const received = facts.flatMap((fact) => (fact.topic === 'md.tick' ? [fact.payload.receivedAt] : []))
    expect(received).toEqual(numbers.map((i) => (i < 12 ? undefined : second(i - 2 * hour) * 1000)))
  })

  it('seldom records, hours apart, are all believed', () => {
    const times = Array.from({ length: 40 }, (_, i) => i * 8 * hour * 1e6)
    const told = [
      ...believedTimes(
        times,
        (time) => time,
        (_, at, isBad) => ({ at, isBad }),
      ),
    ]
    expect(told).toEqual(times.map((at) => ({ at, isBad: false })))
  })
})

describe('[MD-N2a] a time of the exchange that no other agrees with', () => {
  it.each(wild.slice(0, 2).concat(Date.UTC(2001, 8, 12), 0, start + 50 * 60_000, start + 90_000))(
    'of %i is left out and moves no other, where the receipt is told',
    (ms) => {
      const { facts } = normalized(
        'binance',
        recording(forms.receipt(new Map([[15, { receivedMs: second(15), exchangeMs: ms }]]))),
      )
      expect(toldIn(facts)).toEqual(
        numbers.map((i) => ({ at: i, number: i, exchangeAt: i === 15 ? undefined : second(i) * 1000 })),
      )
      expect(statusesIn(facts)).toEqual(['flagged bad_time'])
    },
  )

  it.each(wild)('of %i moves none where no receipt is told, and no clock is compared', (ms) => {
    for (const n of [1, 15, 28]) {
      const { facts } = normalized('binance', recording(forms.bare(new Map([[n, { exchangeMs: ms }]]))))
      const isLeftOut = ms > start || ms < start - 31 * 24 * hour * 1000
      expect(toldIn(facts)).toEqual(
        numbers.map((i) => ({
          ...{ at: i === n ? n - 1 : i, number: i },
          exchangeAt: i !== n ? second(i) * 1000 : isLeftOut ? undefined : ms * 1000,
        })),
      )
      expect(statusesIn(facts)).toEqual(isLeftOut ? ['flagged bad_time'] : [])
    }
  })

  it('of nought is left out also where it is the first', () => {
    const { facts } = normalized(
      'binance',
      recording(forms.receipt(new Map([[0, { receivedMs: start, exchangeMs: 0 }]]))),
    )
    expect(toldIn(facts)).toEqual(
      numbers.map((i) => ({ at: i, number: i, exchangeAt: i === 0 ? undefined : second(i) * 1000 })),
    )
  })

  it('is one from the third record on that agrees with it', () => {
    const odd = new Map(numbers.slice(12).map((n) => [n, { receivedMs: second(n), exchangeMs: second(n + 5 * hour) }]))
    const { facts } = normalized('binance', recording(forms.receipt(odd)))
    expect(toldIn(facts).map(({ exchangeAt }) => exchangeAt)).toEqual(
      numbers.map((i) => (i < 12 ? second(i) * 1000 : i < 14 ? undefined : second(i + 5 * hour) * 1000)),
    )
    expect(statusesIn(facts)).toEqual(['flagged bad_time', 'flagged bad_time', 'flagged clock_skew'])
  })

  it('of a bar: the bar is not told', () => {
    const { venue, market } = venueNamed('binance')
    const feed = byHand(venue.openDecoder({ market }))
    const kline = (t: number) =>
      `{"stream":"btcusdt@kline_1m","data":{"e":"kline","E":1723161255308,"s":"BTCUSDT","k":{"t":${t},"T":${t + 59_999},"s":"BTCUSDT","i":"1m","o":"61.5","c":"62.5","h":"63.5","l":"60.5","v":"10.25","n":7,"x":true}}}`
    expect(feed.frame(kline(1_723_161_180_000))).toMatchObject([{ topic: 'md.bar' }])
    expect(feed.frame(kline(Date.UTC(2150, 1, 1)))).toMatchObject([
      { topic: 'md.status', payload: { code: 'bad_time' } },
    ])
    expect(feed.frame(kline(1_723_161_240_000))).toMatchObject([{ topic: 'md.bar' }])
  })
})
