import { expect, test } from 'vitest'
import { CcxtRecord } from '#services/venue/adapters/ccxt/ccxt-record.ts'

const second = 1_000
const told = (n: number, timestamp: number) => ({
  ...{ id: String(n), order: '1', side: 'buy', price: '1', amount: '1', takerOrMaker: 'taker', timestamp },
  fee: { cost: '0', currency: 'USD' },
})

/** An exchange with a record of so many trades, one each 10 s, that gives 100 at once; from where on it was asked. */
function exchangeOf(count: number) {
  const record = Array.from({ length: count }, (_, n) => told(n, n * 10 * second))
  const asked: number[] = []
  const state = { answersLeft: Number.POSITIVE_INFINITY }
  const fetchMyTrades = async (_: string, since: number) => {
    if (state.answersLeft-- <= 0) throw new Error('the line is cut')
    asked.push(since)
    return record.filter(({ timestamp }) => timestamp >= since).slice(0, 100)
  }
  return { record, asked, state, of: new CcxtRecord({ fetchMyTrades, markets: undefined }) }
}
const idsIn = async (record: CcxtRecord, sinceMs = 0) => {
  const answer = await record.trades('ACME/USD', sinceMs)
  return answer.kind === 'done' ? answer.value.map(({ tradeId }) => Number(tradeId)) : answer
}
const upTo = (count: number) => Array.from({ length: count }, (_, n) => n)

test('[G34] [X5] a record that a cut line stopped is read on from a minute before the newest that is known', async () => {
  const { of, asked, state } = exchangeOf(1_000)
  state.answersLeft = 5
  await expect(idsIn(of)).rejects.toThrow('the line is cut')
  asked.length = 0
  state.answersLeft = Number.POSITIVE_INFINITY
  expect(await idsIn(of)).toEqual(upTo(1_000))
  // Pages overlap by the trade that the next one begins with: the fifth ended with the 496th.
  expect(asked[0]).toBe(4_950 * second - 60 * second)
})

test('[G34] [X5] asked again, it asks only for what is new, and has what came late by up to a minute', async () => {
  const { of, asked, record } = exchangeOf(1_000)
  const [late] = record.splice(995, 1)
  expect(await idsIn(of)).toEqual(upTo(1_000).filter((n) => n !== 995))
  asked.length = 0
  record.splice(995, 0, late as (typeof record)[number])
  record.push(told(1_000, 10_000 * second))
  expect(((await idsIn(of)) as number[]).toSorted((a, b) => a - b)).toEqual(upTo(1_001))
  expect(asked).toEqual([9_930 * second, 10_000 * second])
  // From another instant on it is another question.
  expect(await idsIn(of, 9_990 * second)).toEqual([999, 1_000])
})

test('[X5] a minute of more trades than a page holds ends nothing', async () => {
  const { of, record } = exchangeOf(0)
  for (let n = 0; n < 250; n++) record.push(told(n, 100 * n))
  expect(await idsIn(of)).toEqual(upTo(250))
  record.push(told(250, 25_000))
  expect(await idsIn(of)).toEqual(upTo(251))
})

test('[G33] [X5] of a trade of the account with itself both sides are told', async () => {
  const { of, record } = exchangeOf(1)
  record.push({ ...told(0, 0), side: 'sell', order: '2' })
  expect(await idsIn(of)).toEqual([0, 0])
})
