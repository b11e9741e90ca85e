import { expect, test } from 'vitest'
import { answerOf } from '#services/venue/adapters/binance/exchange-answer.ts'
import { TradeReading, tradesMost } from '#services/venue/adapters/binance/trade-reading.ts'
import {
  ExecutionReport,
  SpotOrder,
  SpotTrade,
  viewOfExecution,
  viewOfSpotOrder,
} from '#services/venue/adapters/binance-spot/spot-order.ts'
import { jsonOf } from '#services/venue/adapters/gateway/json-of.ts'

const orderId = '8389765523229474001'
const tradeId = '9007199254740993'
const answered = (text: string) => ({ status: 200, json: jsonOf(text), text, retryAfterMs: null, usedWeight: null })

test('[G50] a whole number that no double holds is its digits; all else is as JSON has it', () => {
  const text = `[${orderId}, [-${orderId}], {"a": 9007199254740991, "b": 1.0123456789012345678, "c": 1e20, "d": "${orderId}"}]`
  const rest = { a: 9007199254740991, b: 1.0123456789012346, c: 1e20, d: orderId }
  expect(jsonOf(text)).toEqual([orderId, [`-${orderId}`], rest])
  expect(jsonOf(`${text}]`)).toBeNull()
})

test('[G50] [G8] orders, fills and trades keep all digits of their numbers at Spot', () => {
  const money = '"price": "90.00", "qty": "1.000", "commission": "0", "commissionAsset": "USDT"'
  const order = `"symbol": "ETHUSDT", "orderId": ${orderId}, "clientOrderId": "a", "status": "FILLED", "executedQty": "1.000"`
  const fills = `"transactTime": 1, "fills": [{${money}, "tradeId": ${tradeId}}]`
  const view = { venueOrderId: orderId, trades: [{ tradeId }] }
  expect(answerOf(answered(`{${order}, ${fills}}`), SpotOrder, viewOfSpotOrder)).toMatchObject({ value: view })

  const trade = `{${money}, "id": ${tradeId}, "orderId": ${orderId}, "time": 1, "isMaker": true, "isBuyer": true}`
  expect(answerOf(answered(trade), SpotTrade, ({ id, orderId }) => ({ id, orderId }))).toMatchObject({
    value: { id: tradeId, orderId },
  })

  const report = `{"e": "executionReport", "s": "ETHUSDT", "S": "BUY", "c": "a", "C": "", "x": "TRADE", "X": "FILLED", "o": "LIMIT",
    "i": ${orderId}, "t": ${tradeId}, "l": "1", "L": "90", "z": "1", "T": 1, "m": true, "n": "0", "N": null, "w": false}`
  expect(viewOfExecution(ExecutionReport.parse(jsonOf(report)))).toMatchObject(view)
})

test('[G50] [G34] a long record is read on behind the newest of such numbers', async () => {
  const record = Array.from({ length: tradesMost + 3 }, (_, n) => ({
    id: String(BigInt(tradeId) + BigInt(n)),
    time: 1,
  }))
  const asked: string[] = []
  const reading = new TradeReading(
    async ({ fromId }) => {
      asked.push(fromId ?? '')
      const rest = record.filter(({ id }) => fromId !== undefined && BigInt(id) >= BigInt(fromId))
      // The page of a span is in no order.
      return { kind: 'done', value: fromId === undefined ? record.slice(0, 3).reverse() : rest.slice(0, tradesMost) }
    },
    0,
    60_000,
  )
  expect(await reading.all(1)).toEqual({ kind: 'done', value: record })
  expect(asked).toEqual(['', '9007199254740996', '9007199254741996'])
})
