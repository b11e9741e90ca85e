import { describe, expect, test } from 'vitest'
import { TradeRecord } from '#services/venue/adapters/gateway/trade-record.ts'

const names = (count: number) => Array.from({ length: count }, (_, index) => `S${index}USDT`)
const asked = async (record: TradeRecord, parts: readonly string[]) => {
  const ends: boolean[] = []
  for (const part of parts) ends.push((await record.asking(part, async () => null)).isEnd)
  return ends.at(-1)
}

function recordOf(count: number): TradeRecord {
  const history = { partOf: (name: string) => (name.startsWith('S') ? name : null), trades: null, clientIdOf: null }
  const record = new TradeRecord({ history: history as never })
  for (const name of names(count)) record.list(name)
  record.begin(5, 1, false)
  return record
}

describe('[G40]', () => {
  test('what matters is asked for at once, the rest by twenties ten seconds apart, each once a round', async () => {
    const record = recordOf(600)
    const all: string[] = []
    for (let pass = 0; pass < 30; pass++) {
      const parts = record.next(['S599USDT', 'ELSEWHERE'], [], pass * 10_000)
      expect(parts[0]).toBe(pass === 0 ? 'S599USDT' : `S${pass * 20}USDT`)
      expect(record.isOpen).toBe(true)
      expect(await asked(record, parts)).toBe(pass === 29)
      expect(record.next(['S599USDT'], [], pass * 10_000 + 9_999)).toEqual([])
      all.push(...parts)
    }
    expect(all.sort()).toEqual(names(600).sort())
    expect(record.isOpen).toBe(false)
  })

  test('what a differing asset may be of comes before the rest, however soon', async () => {
    const record = recordOf(600)
    await asked(record, record.next([], [], 0))
    expect(record.next([], ['S577', 'USDT'], 1)).toEqual(['S577USDT'])
  })

  test('nothing is submitted in what was not asked for since the stream was opened; a later round stops nobody', async () => {
    const record = recordOf(600)
    expect([record.isUnread('S300USDT'), record.isUnread('ELSEWHERE')]).toEqual([true, false])
    expect(record.isDue(['S300USDT'])).toBe(true)
    for (let at = 0; record.isOpen; at += 10_000) await asked(record, record.next([], [], at))
    record.begin(6, 1, false)
    expect(record.isOpen).toBe(false)
    record.begin(6, 1, true)
    expect([record.isOpen, record.isUnread('S300USDT')]).toEqual([true, false])
    record.begin(7, 2, false)
    expect([record.at, record.isUnread('S300USDT')]).toEqual([7, true])
  })

  test('a round goes on where an answer lacked; what the stream asks for meanwhile is asked for again', async () => {
    const record = recordOf(3)
    await asked(record, ['S0USDT'])
    const { lacking } = await record.asking('S1USDT', async () => 'no answer')
    expect(lacking).toBe('no answer')
    record.begin(9, 1, true)
    expect([record.at, record.next([], [], 0)]).toEqual([5, ['S1USDT', 'S2USDT']])
    await record.asking('S1USDT', async () => {
      record.want('S1USDT')
      return null
    })
    expect(record.next([], [], 0)).toEqual(['S1USDT', 'S2USDT'])
  })

  test('what is listed anew is asked for, and nothing is submitted there before', async () => {
    const record = recordOf(1)
    expect(await asked(record, record.next([], [], 0))).toBe(true)
    expect([record.list('S9USDT'), record.list('S9USDT'), record.list('ELSEWHERE')]).toEqual([true, false, false])
    expect([record.isUnread('S9USDT'), record.next([], [], 0)]).toEqual([true, ['S9USDT']])
    // Its own asking ends no round: nothing is known of the others.
    expect(await asked(record, ['S9USDT'])).toBe(false)
    expect(record.isUnread('S9USDT')).toBe(false)
  })

  test('what is listed beside others of its part stops none of those, and is asked for again where it was listed meanwhile', async () => {
    const record = new TradeRecord({ history: { partOf: () => 'BTC' } as never })
    record.list('BTC-PERPETUAL')
    record.begin(5, 1, false)
    await asked(record, ['BTC'])
    record.list('BTC-CALL')
    expect([record.isUnread('BTC-PERPETUAL'), record.isUnread('BTC-CALL')]).toEqual([false, true])
    await record.asking('BTC', async () => {
      record.list('BTC-PUT')
      return null
    })
    expect([record.isUnread('BTC-CALL'), record.isUnread('BTC-PUT'), record.next([], [], 0)]).toEqual([
      false,
      true,
      ['BTC'],
    ])
  })
})
