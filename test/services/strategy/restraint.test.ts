import { describe, test } from 'vitest'
import { event } from '#test/given.ts'
import {
  bar,
  bollinger,
  command,
  cross,
  crossBar,
  ema,
  intent,
  levels,
  long,
  quietly,
  result,
  short,
  started,
  status,
  urgent,
} from './strategy-told.ts'

describe('what holds it back', () => {
  const limited = levels('rate_limit: { intents: 2, per: 10m }')

  test('[T12] past the limit only flat is wished, said once with the numbers; room is said too', () => {
    started(limited)
      .when(bar(0, 101))
      .then(intent(limited, 'long', long))
      .when(bar(1, 80))
      .then(intent(limited, 'flat', 'exit.long: price.close < 90'))
      .when(bar(2, 101))
      .then(status('levels', 'throttled', `at 2 intents per 10m: long not wished, ${long}`))
      .when(bar(3, 101))
      .then()
      .when(bar(9, 95))
      .then()
      .when(bar(10, 95))
      .then(status('levels', 'active', 'below the rate limit again'))
      .when(bar(11, 101))
      .then(intent(limited, 'long', long))
  })

  test('[T12] a wish and the room for it on one bar', () => {
    quietly(started(limited), [])
      .when(bar(0, 101))
      .then(intent(limited, 'long', long))
      .when(bar(1, 80))
      .then(intent(limited, 'flat', 'exit.long: price.close < 90'))
      .when(bar(2, 101))
      .then(status('levels', 'throttled', `at 2 intents per 10m: long not wished, ${long}`))
      .when(bar(10, 101))
      .then(status('levels', 'active', 'below the rate limit again'), intent(limited, 'long', long))
  })

  test('[T12] [T14] leaving is never suppressed and counts; a reversal past the limit becomes flat', () => {
    const one = levels('rate_limit: { intents: 1, per: 1h }')
    started(one)
      .when(bar(0, 101))
      .then(intent(one, 'long', long))
      .when(bar(1, 40))
      .then(
        status('levels', 'throttled', `at 1 intents per 1h: short not wished, ${short}`),
        intent(one, 'flat', `${short} (flat only: at 1 intents per 1h)`),
      )
      .when(bar(60, 40))
      .then()
      .when(bar(61, 40))
      .then(status('levels', 'active', 'below the rate limit again'), intent(one, 'short', short))
  })

  test('[T13] [T14] while the risk gate is halted only flat is wished', () => {
    const of = levels()
    started(of)
      .when(bar(0, 101))
      .then(intent(of, 'long', long))
      .when(event('risk.halted', { code: 'DRAWDOWN_EXCEEDS_MAX', reason: 'fell' }))
      .then()
      .when(bar(1, 40))
      .then(intent(of, 'flat', `${short} (flat only: the risk gate is halted)`))
      .when(bar(2, 40))
      .then()
      .when(event('risk.resumed', { reason: 'ann: looked' }))
      .then()
      .when(bar(3, 40))
      .then(intent(of, 'short', short))
  })

  test('[T12] [T13] what the halted gate holds back is no matter of the rate limit', () => {
    const one = levels('rate_limit: { intents: 1, per: 1h }')
    started(one)
      .when(bar(0, 101))
      .then(intent(one, 'long', long))
      .when(event('risk.halted', { code: 'OPERATOR', reason: 'ann: because' }))
      .then()
      .when(bar(1, 40))
      .then(intent(one, 'flat', `${short} (flat only: the risk gate is halted)`))
  })

  test('[T12] time never falls: what comes late counts as of the newest time', () => {
    const one = levels('rate_limit: { intents: 1, per: 10m }')
    started(one)
      .when(bar(20, 101))
      .then(intent(one, 'long', long))
      .when(bar(0, 80))
      .then(intent(one, 'flat', 'exit.long: price.close < 90'))
      .when(bar(24, 101))
      .then(status('levels', 'throttled', `at 1 intents per 10m: long not wished, ${long}`))
  })

  test('[T15] [T16] the kill switch leaves at the market and wishes nothing until resumed', () => {
    const of = levels('zone: UTC')
    started(of)
      .when(bar(0, 101))
      .then(intent(of, 'long', long))
      .when(command('strategy.halt', 'levels'))
      .then(
        status('levels', 'halted', 'ann: because'),
        urgent(of, 'halted by ann: because'),
        result(true, 'levels halted; it was long and wishes to be flat'),
      )
      .when(bar(1, 101))
      .then()
      .when(command('strategy.halt', 'levels'))
      .then(result(true, 'levels is halted already'))
      .when(command('strategy.resume', 'levels'))
      .then(status('levels', 'active', 'ann: because'), result(true, 'levels resumed'))
      .when(bar(2, 101))
      .then(intent(of, 'long', long))
  })

  test('[T15] a flat strategy is halted without an intent, others go on', () => {
    started(levels(), cross())
      .when(command('strategy.halt', 'cross'))
      .then(status('cross', 'halted', 'ann: because'), result(true, 'cross halted; it was flat'))
      .when(bar(0, 101))
      .then(intent(levels(), 'long', long))
  })

  test('[T15] values follow the bars while halted: a cross that came and went is not made up for', () => {
    const scene = quietly(started(cross()), crossBar(0, 1, 2))
    scene.when(command('strategy.halt', 'cross'))
    quietly(scene, crossBar(1, 3, 2))
    scene.when(command('strategy.resume', 'cross'))
    quietly(scene, [...crossBar(2, 3, 2), bar(3, 1), ema(3, 1)])
      .when(bollinger(3, 2))
      .then(intent(cross(), 'short', 'entry.short: fast crosses below bands.middle'))
  })

  test('[T17] what is so already, nobody, somebody unknown, and what is not for it', () => {
    started(levels())
      .when(command('strategy.resume', 'levels'))
      .then(result(true, 'levels is not halted'))
      .when(command('strategy.halt'))
      .then(result(false, 'name a strategy'))
      .when(command('strategy.halt', 'constructor'))
      .then(result(false, 'no strategy is called constructor'))
      .when(command('halt'))
      .then()
      .when(command('resume'))
      .then()
  })
})
