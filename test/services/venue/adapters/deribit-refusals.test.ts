import { expect, test } from 'vitest'
import { z } from 'zod'
import { answerOf } from '#services/venue/adapters/deribit/deribit-answer.ts'

const answered = (code: number, message: string) =>
  answerOf({ error: { code, message } }, z.unknown(), (value) => value)

test.each([
  [10_037, 'non_pme_total_short_options_positions_size', 'REFUSED'],
  [10_038, 'pme_max_risk_reducing_orders', 'TOO_MANY_ORDERS'],
  [10_039, 'not_enough_funds_in_currency', 'INSUFFICIENT_BALANCE'],
  [10_048, 'not_on_this_server', 'REFUSED'],
  [10_072, 'disabled_while_position_lock', 'REFUSED'],
  [11_013, 'max_spot_open_orders', 'TOO_MANY_ORDERS'],
  [11_022, 'max_spot_order_quantity', 'REFUSED'],
  [11_055, 'post_only_not_allowed', 'TERMS_INVALID'],
  [11_098, 'account_locked', 'REFUSED'],
  [13_030, 'mmp_trigger', 'REFUSED'],
  [13_031, 'verification_required', 'REFUSED'],
])('[G25] %i %s is refused for sure: %s', (code, message, reject) => {
  expect(answered(code, message)).toEqual({ kind: 'refused', code: reject, reason: `${code} ${message}` })
})

test.each([
  [10_040, 'retry'],
  [10_041, 'settlement_in_progress'],
  [11_094, 'internal_server_error'],
  [13_888, 'timed_out'],
])('[G25] %i %s proves nothing', (code, message) => {
  expect(answered(code, message)).toMatchObject({ kind: 'nothing' })
})
