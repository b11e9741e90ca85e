import { describe, expect, test } from 'vitest'
import type { Statement } from '#schemas/event.ts'
import { event } from '#test/given.ts'
import { account, approve, fill, refuse, start, wish } from './risk-told.ts'

const said = (source: string) => (command: 'halt' | 'resume') => ({
  ...event('system.command', { command, reason: 'why', operator: source }),
  source,
})
const router = said('router')
const operator = said('operator')
const halted = (code: string) =>
  ({ topic: 'risk.halted', payload: expect.objectContaining({ code, state: 'REDUCING' }) }) as unknown as Statement
const resumed = (only?: string) =>
  ({
    topic: 'risk.resumed',
    payload: only ? expect.objectContaining({ only }) : { reason: expect.any(String) },
  }) as unknown as Statement
const result = (message: string) =>
  ({
    topic: 'system.command.result',
    payload: expect.objectContaining({ isDone: true, message: expect.stringMatching(message) }),
  }) as unknown as Statement
const snapshot = (equity: string, peakEquity: string) =>
  event('pnl.snapshot', {
    ...{ currency: 'USDT', equity, peakEquity, realized: '0', unrealized: '0', fees: '0', grossExposure: '0' },
    strategies: [],
  })

describe('a disk that is nearly full', () => {
  test('[R57] halts what adds, whatever whenHalted says, and what it halted resumes by itself', () => {
    start(account({}, { whenHalted: 'flatten' }), wish('10'), fill('t-6-0', 'buy', '10'))
      .when(router('halt'))
      .then(halted('DISK_FULL'), result('^halted: no new exposure'))
      .when(wish('20'))
      .then(refuse('HALTED', 'DISK_FULL'))
      .when(router('resume'))
      .then(resumed('DISK_FULL'), result('resumed from DISK_FULL'))
      .when(wish('20'))
      .then(approve('buy', '10'))
  })

  test('[R57] resumes no halt of an operator, neither one of before nor one that came meanwhile', () => {
    start(account())
      .when(operator('halt'))
      .then(halted('OPERATOR'), result('^halted'))
      .when(router('halt'))
      .then(result('^halted already: OPERATOR'))
      .when(router('resume'))
      .then(result('^halted by OPERATOR: not resumed'))
      .when(wish('1'))
      .then(refuse('HALTED', 'OPERATOR'))
    start(account())
      .when(router('halt'))
      .then(halted('DISK_FULL'), result('^halted'))
      .when(operator('halt'))
      .then(halted('OPERATOR'), result('^halted: no new exposure'))
      .when(router('resume'))
      .then(result('not resumed'))
      .restarted()
      .when(wish('1'))
      .then(refuse('HALTED', 'OPERATOR'))
      .when(operator('resume'))
      .then(resumed(), result('resumed from OPERATOR'))
  })

  test('[R57] resumes no halt of a limit, which takes the place of its own, and starts no new peak', () => {
    start(account({ maxDrawdown: 0.5 }))
      .when(router('halt'))
      .then(halted('DISK_FULL'), result('^halted'))
      .when(snapshot('499', '1000'))
      .then(halted('DRAWDOWN_EXCEEDS_MAX'))
      .when(router('resume'))
      .then(result('halted by DRAWDOWN_EXCEEDS_MAX: not resumed'))
    start(account({ maxDrawdown: 0.5 }))
      .when(snapshot('600', '1000'))
      .then()
      .when(router('halt'))
      .then(halted('DISK_FULL'), result('^halted'))
      .when(router('resume'))
      .then(resumed('DISK_FULL'), result('resumed'))
      .when(snapshot('499', '1000'))
      .then(halted('DRAWDOWN_EXCEEDS_MAX'))
  })

  test('[R57] halts again when what halted before it is resumed while it is still full', () => {
    const behind = () =>
      start(account({ maxDrawdown: 0.5 }))
        .when(operator('halt'))
        .then(halted('OPERATOR'), result('^halted'))
        .when(router('halt'))
        .then(result('^halted already: OPERATOR'))
    behind()
      .restarted()
      .when(operator('resume'))
      .then(resumed(), halted('DISK_FULL'), result('^resumed from OPERATOR; halted now by DISK_FULL'))
      .when(wish('1'))
      .then(refuse('HALTED', 'DISK_FULL'))
      .when(router('resume'))
      .then(resumed('DISK_FULL'), result('resumed from DISK_FULL'))
      .when(operator('halt'))
      .then(halted('OPERATOR'), result('^halted'))
      .when(operator('resume'))
      .then(resumed(), result('^resumed from OPERATOR$'))
    behind()
      .when(router('resume'))
      .then(result('^halted by OPERATOR: not resumed'))
      .when(operator('resume'))
      .then(resumed(), result('^resumed from OPERATOR$'))
    start(account({ maxDrawdown: 0.5 }))
      .when(router('halt'))
      .then(halted('DISK_FULL'), result('^halted'))
      .when(snapshot('499', '1000'))
      .then(halted('DRAWDOWN_EXCEEDS_MAX'))
      .when(operator('resume'))
      .then(resumed(), halted('DISK_FULL'), result('^resumed from DRAWDOWN_EXCEEDS_MAX; halted now by DISK_FULL'))
  })

  test('[R57] is lifted by an operator, for as long as it is not said anew', () => {
    start(account())
      .when(router('halt'))
      .then(halted('DISK_FULL'), result('^halted'))
      .when(operator('resume'))
      .then(resumed(), result('^resumed from DISK_FULL$'))
      .when(operator('halt'))
      .then(halted('OPERATOR'), result('^halted'))
      .when(operator('resume'))
      .then(resumed(), result('^resumed from OPERATOR$'))
      .when(router('halt'))
      .then(halted('DISK_FULL'), result('^halted'))
  })
})
