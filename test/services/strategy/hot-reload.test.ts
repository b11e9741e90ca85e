import { describe, test } from 'vitest'
import type { Statement } from '#schemas/event.ts'
import {
  bar,
  bollinger,
  bound,
  btc,
  command,
  configured,
  cross,
  crossBar,
  ema,
  eth,
  intent,
  levels,
  long,
  quietly,
  started,
  status,
  urgent,
} from './strategy-told.ts'

describe('hot reload', () => {
  test('[T18] the same file goes on, in the middle of a bar too, wherever it stands in the configuration', () => {
    const scene = quietly(started(cross()), [...crossBar(0, 1, 2), bar(1, 1), ema(1, 3)])
    scene.when(configured(levels(), cross()))
    scene.when(bollinger(1, 2)).then(intent(cross(), 'long', 'entry.long: fast crosses above bands.middle'))
  })

  test('[T18] a bar that waits for its indicators goes on waiting', () => {
    const scene = quietly(started(cross()), [...crossBar(0, 1, 2), bar(1, 1)])
    scene.when(configured(cross()))
    quietly(scene, [ema(1, 3)])
      .when(bollinger(1, 2))
      .then(intent(cross(), 'long', 'entry.long: fast crosses above bands.middle'))
  })

  test('[T19] a changed file keeps the wish and begins its values anew, with the next bar', () => {
    const changed = cross('zone: UTC')
    const scene = quietly(started(cross()), [...crossBar(0, 1, 2), bar(1, 1), ema(1, 3)])
    scene.when(bollinger(1, 2)).then(intent(cross(), 'long', 'entry.long: fast crosses above bands.middle'))
    quietly(scene, [bar(2, 1), ema(2, 3)])
    scene.when(configured(changed))
    quietly(scene, [bollinger(2, 2), ...crossBar(3, 1, 2), ...crossBar(4, 3, 2), bar(5, 1), ema(5, 1)])
      .when(bollinger(5, 2))
      .then(intent(changed, 'short', 'entry.short: fast crosses below bands.middle'))
  })

  test('[T19] a file that comes in the middle of a bar takes no part in it', () => {
    const either = bound(`
name: either
inputs: { price: { role: underlying, timeframe: 1m }, fast: { ema: [2] }, bands: { bollinger: [3] } }
entry: { long: bands.middle > 1 or fast > 100 }
size: { quantity: 1 }`)
    const scene = quietly(started(cross()), [bar(0, 1), ema(0, 1)])
    scene.when(configured(cross(), either))
    quietly(scene, [bollinger(0, 2), bar(1, 1), ema(1, 1)])
      .when(bollinger(1, 2))
      .then(intent(either, 'long', 'entry.long: bands.middle > 1 or fast > 100'))
  })

  test('[T19] a stop is forgotten when the first series is of another instrument now', () => {
    const stopped = (inputs: string, roles: Record<string, string>) =>
      bound(
        `
name: stopped
inputs: { ${inputs} price: { role: underlying, timeframe: 1m } }
trade: underlying
entry: { long: price.close > 100 }
stop: 50%
size: { quantity: 1 }`,
        roles,
      )
    const before = stopped('', { underlying: btc })
    const after = stopped('index: { role: index, timeframe: 1m },', { underlying: btc, index: eth })
    const scene = started(before)
    const protect = { stopLoss: { by: 'fraction', fraction: 0.5 } }
    scene.when(bar(0, 200)).then(intent(before, 'long', long, { protect }))
    scene.when(configured(after))
    quietly(scene, [bar(1, 200), bar(1, 20, eth), bar(2, 200), bar(2, 20, eth)])
  })

  test('[T19] kill switch and rate limit outlive a change', () => {
    const limited = (more: string) => levels(`rate_limit: { intents: 1, per: 1h }\n${more}`)
    const scene = started(limited(''))
    scene.when(bar(0, 101)).then(intent(limited(''), 'long', long))
    scene.when(command('strategy.halt', 'levels'))
    scene.when(configured(limited('zone: UTC')))
    scene.when(bar(1, 101)).then()
    scene.when(command('strategy.resume', 'levels'))
    scene.when(bar(2, 101)).then(status('levels', 'throttled', `at 1 intents per 1h: long not wished, ${long}`))
  })

  test('[T19] another instrument is a change', () => {
    const scene = quietly(started(cross()), crossBar(0, 1, 2))
    scene.when(configured({ ...cross(), roles: { underlying: eth } }))
    quietly(scene, [...crossBar(1, 3, 2), bar(1, 1, eth), ema(1, 3, 'ema(2)', eth), bollinger(1, 2, eth)])
  })

  test('[T19] another traded role leaves the old one', () => {
    const other = levels('trade: option')
    const scene = started(levels())
    scene.when(bar(0, 101)).then(intent(levels(), 'long', long))
    scene
      .when(configured(other))
      .then(urgent(levels(), 'trades option from now on, no longer underlying'), {
        topic: 'strategy.loaded',
        payload: { strategy: 'levels', hash: other.hash, requests: [] },
      })
      .when(bar(1, 101))
      .then(intent(other, 'long', long))
  })

  const unloaded = (strategy: string, { hash }: { hash: string }) =>
    ({ topic: 'strategy.loaded', payload: { strategy, hash, requests: [] } }) as Statement

  test('[T20] removed in the market: flat at the market; removed flat: nothing', () => {
    const of = levels('zone: UTC')
    const scene = started(of, cross())
    scene.when(bar(0, 101)).then(intent(of, 'long', long))
    scene
      .when(configured())
      .then(urgent(of, 'removed from the configuration'), unloaded('levels', of), unloaded('cross', cross()))
      .when(bar(1, 40))
      .then()
      .when(configured(of))
      .then({ topic: 'strategy.loaded', payload: { strategy: 'levels', hash: of.hash, requests: [] } })
      .when(bar(2, 101))
      .then(intent(of, 'long', long))
  })
})
