import { describe, expect, test } from 'vitest'
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
  result,
  short,
  started,
  status,
  urgent,
} from './strategy-told.ts'

describe('loading', () => {
  test('[T1] says every strategy with the indicators that its conditions need, in order', () => {
    const unread = cross('', 'more')
    started(levels())
      .when(configured(levels(), unread))
      .then(
        { topic: 'strategy.loaded', payload: { strategy: 'levels', hash: levels().hash, requests: [] } },
        {
          topic: 'strategy.loaded',
          payload: {
            strategy: 'more',
            hash: unread.hash,
            requests: [
              { instrument: btc, interval: '1m', indicator: 'ema', params: [2] },
              { instrument: btc, interval: '1m', indicator: 'bollinger', params: [3, 2, 2] },
            ],
          },
        },
      )
  })

  test('[T2] refuses two of one name, a role without an instrument, an indicator that cannot be computed', () => {
    expect(() => started(levels(), levels('zone: UTC'))).toThrow(/two strategies are called levels/)
    expect(() => started({ ...levels(), roles: {} })).toThrow(/levels: no instrument is named for the role underlying/)
    const { definition, ...rest } = cross()
    const [first, ...others] = definition.indicators
    const indicators = [{ ...first, params: [0] }, ...others]
    expect(() => started({ ...rest, definition: { ...definition, indicators } })).toThrow(/ema\(0\): period/)
  })
})

describe('when it evaluates', () => {
  test('[T4] at once on the bar when it reads nothing else, of its own instrument and interval only', () => {
    started(levels())
      .when(bar(0, 101, eth))
      .then()
      .when(bar(0, 101, btc, '5m'))
      .then()
      .when(bar(1, 101))
      .then(intent(levels(), 'long', long))
  })

  test('[T4] on the last indicator that it reads, in whatever order, others aside', () => {
    quietly(started(cross()), crossBar(0, 1, 2))
      .when(bar(1, 1))
      .then()
      .when(bollinger(1, 2))
      .then()
      .when(ema(1, 9, 'ema(50)'))
      .then()
      .when(ema(1, 3))
      .then(intent(cross(), 'long', 'entry.long: fast crosses above bands.middle'))
  })

  test('[T4] pairs indicators with their bar by cause when later bars come in between', () => {
    const both = bound(`
name: both
inputs: { price: { role: underlying, timeframe: 1m }, fast: { ema: [2] } }
entry: { long: price.close > fast, short: price.close < fast }
size: { quantity: 1 }`)
    started(both)
      .when(bar(0, 10))
      .then()
      .when(bar(1, 20))
      .then()
      .when(ema(0, 15))
      .then(intent(both, 'short', 'entry.short: price.close < fast'))
      .when(ema(1, 15))
      .then(intent(both, 'long', 'entry.long: price.close > fast'))
  })

  test('[T5] passes over bars from before the indicators were computed', () => {
    quietly(started(cross()), [bar(0, 1), bar(1, 1), bar(2, 1), ema(2, 1), bollinger(2, 2), bar(3, 1), ema(3, 3)])
      .when(bollinger(3, 2))
      .then(intent(cross(), 'long', 'entry.long: fast crosses above bands.middle'))
    quietly(started(cross()), [bar(0, 1), ema(0, 1), bar(1, 1), ...crossBar(2, 1, 2), bar(3, 1), ema(3, 3)])
      .when(bollinger(3, 2))
      .then(intent(cross(), 'long', 'entry.long: fast crosses above bands.middle'))
  })

  test('[T5] indicators of bars from before it was there say nothing', () => {
    quietly(started(cross()), [ema(7, 1), bollinger(7, 2)])
  })

  test('[T6] bars of one series may run ahead of the other', () => {
    const both = bound(
      `name: both
inputs: { a: { role: first, timeframe: 1m }, b: { role: second, timeframe: 1m } }
entry: { long: a.close > b.close }
exit: { long: a.close < b.close }
size: { quantity: 1 }
trade: first`,
      { first: btc, second: eth },
    )
    const scene = started(both)
    for (let n = 0; n < 500; n++) scene.when(bar(n, n % 2)).then()
    for (let n = 0; n < 500; n++) expect(scene.when(bar(n, 0.5, eth)).answers).toHaveLength(n === 0 ? 0 : 1)
  })

  test('[T6] two series of one timeframe: once both have a bar; another timeframe counts as it stands', () => {
    const three = bound(
      `
name: three
inputs:
  a: { role: first, timeframe: 1m }
  b: { role: second, timeframe: 1m }
  slow: { role: first, timeframe: 1h }
trade: first
entry: { long: a.close > b.close and slow.close > 1, short: a.close < b.close and slow.close > 1 }
size: { quantity: 1 }`,
      { first: btc, second: eth },
    )
    const longer = 'entry.long: a.close > b.close and slow.close > 1'
    const shorter = 'entry.short: a.close < b.close and slow.close > 1'
    quietly(started(three), [bar(0, 5), bar(0, 4, eth), bar(0, 2, btc, '1h'), bar(1, 5), bar(2, 3)])
      .when(bar(2, 2, eth))
      .then(intent(three, 'long', longer))
      .when(bar(3, 1, eth))
      .then()
      .when(bar(3, 2, btc, '1h'))
      .then()
      .when(bar(3, 0.5))
      .then(intent(three, 'short', shorter))
  })

  const pair = bound(
    `
name: pair
inputs: { a: { role: first, timeframe: 1m }, b: { role: second, timeframe: 1m } }
trade: first
entry: { long: a.close > b.close, short: a.close < b.close }
size: { quantity: 1 }`,
    { first: btc, second: eth },
  )

  test.each([
    ['the first', eth],
    ['the second', btc],
  ])('[T6] after a minute in which %s did not trade, bars of one minute are compared again', (_, traded) => {
    const minutes = [0, 1, 2, 3, 4, 5]
    const told = minutes.flatMap((n) =>
      n === 2 ? [bar(n, 10 + n, traded)] : [bar(n, 10 + n, btc), bar(n, 10 + n, eth)],
    )
    quietly(started(pair), told)
      .when(bar(6, 17))
      .then()
      .when(bar(6, 16, eth))
      .then(intent(pair, 'long', 'entry.long: a.close > b.close'))
  })

  test('[T6] however bars and indicators interleave, bars of one minute meet', () => {
    const twin = bound(
      `
name: twin
inputs: { a: { role: first, timeframe: 1m }, fast: { ema: [2], of: a }, b: { role: second, timeframe: 1m } }
trade: first
entry: { long: fast != b.close }
size: { quantity: 1 }`,
      { first: btc, second: eth },
    )
    const whole = (n: number) => [bar(n, n + 10), bar(n, n + 10, eth), ema(n, n + 10)]
    quietly(started(twin), [...whole(0), ...whole(1), ...whole(2)])
    const late = [ema(0, 10), ema(1, 11), ema(2, 12)]
    quietly(started(twin), [0, 1, 2].flatMap((n) => [bar(n, n + 10), bar(n, n + 10, eth)]).concat(late))
      .when(bar(3, 13, eth))
      .then()
      .when(bar(3, 14))
      .then()
      .when(ema(3, 14))
      .then(intent(twin, 'long', 'entry.long: fast != b.close'))
  })

  /** Closes of five minutes rise by 5, and each minute is judged once. */
  const minutesAndFives = (condition: string, evaluations: number): boolean => {
    const slow = bound(`
name: slow
inputs: { price: { role: underlying, timeframe: 1m }, slow: { role: underlying, timeframe: 5m } }
entry: { long: '${condition}' }
size: { quantity: 1 }`)
    const scene = started(slow)
    for (let n = 0; n < evaluations; n++) {
      const five = bar(n, n + 1, btc, '5m')
      const payload = { ...(five.payload as object), start: (n - 4) * 60_000_000 }
      if (n % 5 === 4) quietly(scene, [{ ...five, payload }])
      const said = scene.when(bar(n, n + 1))
      if (n < evaluations - 1) said.then()
      else return said.answers.length > 0
    }
    return false
  }

  test.each([
    ['slow.close[1] == 5 and slow.close == 10 and time == 00:12', 12],
    ['lowest(slow.close, 3) == 5 and slow.close == 15 and time == 00:18', 18],
    ['highest(slow.close, 2)[1] == 10 and time == 00:17', 17],
    ['average(slow.close, 3) == 10 and time == 00:19', 19],
    ['slow.close rising for 3 and time == 00:23', 23],
    ['(slow.close > 9)[1] and time == 00:15', 15],
    ['slow.close crosses above 9', 10],
    ['price.close crosses above slow.close[1] + 5.5', 11],
  ])('[T7] %s: bars of the slow series are counted, and a cross once', (condition, evaluations) => {
    expect(minutesAndFives(condition, evaluations)).toBe(true)
  })

  test('[T7] no condition is true on what is undefined, and a cross needs the bar before', () => {
    quietly(started(cross()), [
      ...crossBar(0, null, 2),
      ...crossBar(1, 3, null),
      ...crossBar(2, 3, 2),
      bar(3, 1),
      ema(3, 1),
    ])
      .when(bollinger(3, 2))
      .then(intent(cross(), 'short', 'entry.short: fast crosses below bands.middle'))
  })

  test('[T7] a touch is no cross; leaving it on the other side is one', () => {
    quietly(started(cross()), [...crossBar(0, 1, 2), ...crossBar(1, 2, 2), bar(2, 1), ema(2, 3)])
      .when(bollinger(2, 2))
      .then(intent(cross(), 'long', 'entry.long: fast crosses above bands.middle'))
  })
})

describe('what it wishes', () => {
  test('[T9] [T10] says a change of target only; exits by its exit; reverses in one', () => {
    const of = levels()
    started(of)
      .when(bar(0, 101))
      .then(intent(of, 'long', long))
      .when(bar(1, 120))
      .then()
      .when(bar(2, 95))
      .then()
      .when(bar(3, 89))
      .then(intent(of, 'flat', 'exit.long: price.close < 90'))
      .when(bar(4, 88))
      .then()
      .when(bar(5, 40))
      .then(intent(of, 'short', short))
      .when(bar(6, 101))
      .then(intent(of, 'long', long))
  })

  test('[T8] an entry with its exit true at once, and two entries at once, do not count', () => {
    const torn = bound(`
name: torn
inputs: { p: { role: underlying, timeframe: 1m } }
entry: { long: p.close > 10, short: p.close > 20 }
exit: { long: p.close > 30 }
size: { quantity: 1 }`)
    started(torn)
      .when(bar(0, 25))
      .then()
      .when(bar(1, 15))
      .then(intent(torn, 'long', 'entry.long: p.close > 10'))
      .when(bar(2, 25))
      .then()
      .when(bar(3, 35))
      .then(intent(torn, 'short', 'entry.short: p.close > 20'))
  })

  test('[T11] carries the hash, the traded role and the size', () => {
    const of = levels('trade: option')
    started(of)
      .when(bar(0, 101))
      .then({
        topic: 'strategy.intent',
        payload: {
          strategy: 'levels',
          hash: of.hash,
          role: 'option',
          target: 'long',
          size: { kind: 'quantity', quantity: '1.50' },
          reason: long,
        },
      })
      .when(bar(1, 80))
      .then(intent(of, 'flat', 'exit.long: price.close < 90'))
  })
})

describe('state', () => {
  test('[T21] several strategies on one bar, in the order of the configuration, each for itself', () => {
    const twin = { ...levels(), definition: { ...levels().definition, name: 'twin' } }
    started(twin, levels())
      .when(bar(0, 101))
      .then(intent(twin, 'long', long), intent(levels(), 'long', long))
      .when(command('strategy.halt', 'twin'))
      .then(
        status('twin', 'halted', 'ann: because'),
        urgent(twin, 'halted by ann: because'),
        result(true, 'twin halted; it was long and wishes to be flat'),
      )
      .when(bar(1, 40))
      .then(intent(levels(), 'short', short))
  })

  test('[T22] stopped and restored between any two events, it says the same', () => {
    const limited = cross('rate_limit: { intents: 2, per: 3m }')
    const story = Array.from({ length: 40 }, (_, n) => crossBar(n, 2 + Math.sin(n), n < 3 ? null : 2)).flat()
    story.splice(30, 0, command('strategy.halt', 'levels'))
    story.splice(50, 0, command('strategy.resume', 'levels'))
    const told = (isRestarted: boolean) => {
      const scene = started(limited, levels())
      return story.map((one) => (isRestarted ? scene.restarted() : scene).when(one).answers)
    }
    expect(told(true)).toEqual(told(false))
    expect(told(false).flat().length).toBeGreaterThan(8)
  })
})
