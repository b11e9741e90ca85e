import { expect, test } from 'vitest'
import { calendarOf, MarketHours } from '#lib/time/market-hours.ts'
import type { PayloadOf } from '#schemas/catalogue.ts'
import { indicators } from '#services/indicators/service.ts'
import { event, given } from '#test/given.ts'

const ask = (indicator: string, params: number[], instrument = 'SPY.USA', interval = '1d') => ({
  instrument,
  interval,
  indicator,
  params,
})
const loaded = (strategy: string, ...requests: PayloadOf<'strategy.loaded'>['requests']) =>
  event('strategy.loaded', { strategy, hash: 'a'.repeat(64), requests })
const bar = (close: string, { instrument = 'SPY.USA', interval = '1d', high = close, low = close } = {}) =>
  event('md.bar', { instrument, interval, start: 0, end: 1, open: close, high, low, close, volume: '1' }, 1)
const says = (
  topic: 'indicator.sma.v1' | 'indicator.ema.v1',
  key: string,
  value: number | null,
  instrument = 'SPY.USA',
) => ({
  topic,
  payload: { instrument, interval: '1d', key, value },
})

test('[I1] computes what a strategy asked for', () => {
  given(indicators, {}, loaded('cross', ask('sma', [2])), bar('10'))
    .when(bar('11'))
    .then(says('indicator.sma.v1', 'sma(2)', 10.5))
})

test('[I1] computes what the configuration asked for', () => {
  given(indicators, { requests: [ask('ema', [1])] })
    .when(bar('10.25'))
    .then(says('indicator.ema.v1', 'ema(1)', 10.25))
})

test('[I1] parameters that are left out take their defaults', () => {
  const { answers } = given(indicators, { requests: [ask('macd', []), ask('rsi', []), ask('bollinger', [])] }).when(
    bar('10'),
  )
  expect(answers.map(({ payload }) => (payload as { key: string }).key)).toEqual([
    'macd(12,26,9)',
    'rsi(14)',
    'bollinger(20,2)',
  ])
})

test('[I2] equal requests share one state and one event', () => {
  given(
    indicators,
    { requests: [ask('sma', [1])] },
    loaded('a', ask('sma', [1])),
    loaded('b', ask('sma', [1]), ask('sma', [1])),
  )
    .when(bar('7'))
    .then(says('indicator.sma.v1', 'sma(1)', 7))
})

test('[I2] a late equal request finds the state warm', () => {
  given(indicators, {}, loaded('a', ask('sma', [2])), bar('1'), bar('3'), loaded('b', ask('sma', [2])))
    .when(bar('5'))
    .then(says('indicator.sma.v1', 'sma(2)', 4))
})

test('[I2] bands of equal width have the short key, others the long one', () => {
  const { answers } = given(
    indicators,
    { requests: [ask('bollinger', [2, 2, 2]), ask('bollinger', [2, 1.5, 2.5])] },
    bar('1'),
  ).when(bar('3'))
  expect(answers.map(({ payload }) => payload)).toEqual([
    {
      instrument: 'SPY.USA',
      interval: '1d',
      key: 'bollinger(2,2)',
      upper: 4,
      middle: 2,
      lower: 0,
      bandwidth: 2,
      percentB: 0.75,
    },
    {
      instrument: 'SPY.USA',
      interval: '1d',
      key: 'bollinger(2,1.5,2.5)',
      upper: 3.5,
      middle: 2,
      lower: -0.5,
      bandwidth: 2,
      percentB: 0.875,
    },
  ])
})

test("[I3] answers in request order: the configuration's, then strategy by strategy", () => {
  const scene = given(
    indicators,
    { requests: [ask('ema', [1])] },
    loaded('b', ask('sma', [3]), ask('sma', [1])),
    loaded('a', ask('sma', [2])),
  )
  scene
    .when(bar('4'))
    .then(
      says('indicator.ema.v1', 'ema(1)', 4),
      says('indicator.sma.v1', 'sma(3)', null),
      says('indicator.sma.v1', 'sma(1)', 4),
      says('indicator.sma.v1', 'sma(2)', null),
    )
})

test('[I3] keeps instruments and intervals apart and says nothing where nobody asked', () => {
  const scene = given(
    indicators,
    { requests: [ask('sma', [2]), ask('sma', [2], 'IBM.USA')] },
    bar('1'),
    bar('100', { instrument: 'IBM.USA' }),
  )
  scene.when(bar('3', { interval: '1h' })).then()
  scene.when(bar('3', { instrument: 'GOOG.USA' })).then()
  scene.when(bar('3')).then(says('indicator.sma.v1', 'sma(2)', 2))
  scene.when(bar('200', { instrument: 'IBM.USA' })).then(says('indicator.sma.v1', 'sma(2)', 150, 'IBM.USA'))
})

test('[I5] a price of minus zero is zero, so that a value survives JSON', () => {
  const { answers } = given(indicators, { requests: [ask('sma', [1])] }).when(bar('-0'))
  expect(Object.is((answers[0] as { payload: { value: number } }).payload.value, 0)).toBe(true)
})

test('[I6] a strategy that is loaded again keeps what it still asks for and drops the rest', () => {
  given(
    indicators,
    {},
    loaded('a', ask('sma', [2]), ask('ema', [1])),
    bar('1'),
    loaded('a', ask('sma', [3]), ask('sma', [2])),
  )
    .when(bar('3'))
    .then(says('indicator.sma.v1', 'sma(3)', null), says('indicator.sma.v1', 'sma(2)', 2))
})

test('[I6] a strategy that asks for nothing more is forgotten, over a restart too', () => {
  given(indicators, {}, loaded('a', ask('sma', [2])), loaded('b', ask('ema', [1])), bar('1'))
    .when(loaded('a'))
    .then()
    .restarted()
    .when(bar('3'))
    .then(says('indicator.ema.v1', 'ema(1)', 3))
})

test('[I6] a new configuration keeps what is still asked for', () => {
  given(indicators, { requests: [ask('sma', [2])] }, bar('1'))
    .reconfigured({ requests: [ask('ema', [1]), ask('sma', [2])] })
    .when(bar('3'))
    .then(says('indicator.ema.v1', 'ema(1)', 3), says('indicator.sma.v1', 'sma(2)', 2))
})

test('[I7] refuses what cannot be computed with an alert and computes the rest', () => {
  const scene = given(indicators, {})
  scene.when(loaded('a', ask('sma', [0]), ask('sma', [1]), ask('smma', [5]))).then(
    {
      topic: 'system.alert',
      payload: {
        code: 'REQUEST_REFUSED',
        subject: 'a',
        message:
          'a asks for what cannot be computed on SPY.USA 1d: sma(0): period has to be a whole number from 1 to 100000, not 0',
      },
    },
    {
      topic: 'system.alert',
      payload: {
        code: 'REQUEST_REFUSED',
        subject: 'a',
        message:
          'a asks for what cannot be computed on SPY.USA 1d: there is no indicator smma, did you mean sma?; trader indicators list names all',
      },
    },
  )
  scene.when(bar('5')).then(says('indicator.sma.v1', 'sma(1)', 5))
})

test('[I7] refuses a configuration with the same fault', () => {
  expect(() => given(indicators, { requests: [ask('ema', [2.5])] })).toThrow(
    'ema(2.5): period has to be a whole number',
  )
})

test('[I8] goes on after a restart as if nothing had happened', () => {
  given(indicators, { requests: [ask('sma', [2])] }, loaded('a', ask('ema', [1])), bar('1'))
    .restarted()
    .when(bar('3'))
    .then(says('indicator.sma.v1', 'sma(2)', 2), says('indicator.ema.v1', 'ema(1)', 3))
})

const trade = (price: string, size = '1', exchangeAt?: number) =>
  event('md.tick', { kind: 'trade', instrument: 'SPY.USA', price, size, exchangeAt }, 1)
const quote = (bid: string | null, ask: string | null) =>
  event('md.tick', { kind: 'quote', instrument: 'SPY.USA', bid, bidSize: bid && '1', ask, askSize: ask && '1' }, 1)
const valuesOf = (answers: readonly { payload: unknown }[]) =>
  answers.map(({ payload }) => (payload as { value: number | null }).value)

test('[I9] computes of every trade, and of every quote that has both sides', () => {
  const scene = given(indicators, {
    requests: [
      ask('sma', [2], 'SPY.USA', 'trade'),
      ask('vwap_cum', [], 'SPY.USA', 'trade'),
      ask('sma', [1], 'SPY.USA', 'quote'),
      ask('donchian', [1], 'SPY.USA', 'quote'),
    ],
  })
  expect(valuesOf(scene.when(trade('10', '3')).answers)).toEqual([null, 10])
  expect(valuesOf(scene.when(trade('12', '1')).answers)).toEqual([11, 10.5])
  scene.when(quote('9', null)).then()
  const { answers } = scene.when(quote('9', '10'))
  expect(answers.map(({ payload }) => payload)).toEqual([
    { instrument: 'SPY.USA', interval: 'quote', key: 'sma(1)', value: 9.5 },
    { instrument: 'SPY.USA', interval: 'quote', key: 'donchian(1)', upper: 10, middle: 9.5, lower: 9 },
  ])
})

test('[I11] a session is that of the calendar of the instrument: Sydney trades over midnight UTC', () => {
  const hours: [string, string] = ['10:00', '16:00']
  const sydney = calendarOf(MarketHours.parse({ zone: 'Australia/Sydney', week: { tuesday: hours, wednesday: hours } }))
  const requests = [ask('vwap_session', [], 'SPY.USA', 'trade')]
  const told = ['2024-01-01T23:00', '2024-01-01T23:30', '2024-01-02T00:30', '2024-01-02T01:00', '2024-01-02T23:00']
  const vwaps = (config: object) => {
    const scene = given(indicators, { requests, ...config })
    return told.map((time, n) => {
      const [answer] = scene.when(
        trade(String([100, 101, 102, 103, 90][n]), '1', Date.parse(`${time}Z`) * 1000),
      ).answers
      return (answer as { payload: { vwap: number } }).payload.vwap
    })
  }
  expect(vwaps({ calendars: { sydney }, sessions: { 'SPY.USA': 'sydney' } })).toEqual([100, 100.5, 101, 101.5, 90])
  expect(vwaps({})).toEqual([100, 100.5, 102, 102.5, 96.5].map((v, n) => (n === 4 ? (102 + 103 + 90) / 3 : v)))
})

test('[I10] another series may stand in for the close, and has a key and a state of its own', () => {
  const of = (input: 'hl2' | 'volume') => ({ ...ask('sma', [2]), input })
  const scene = given(
    indicators,
    { requests: [ask('sma', [2]), of('hl2'), of('volume')] },
    bar('10', { high: '14', low: '6' }),
  )
  const { answers } = scene.restarted().when(bar('20', { high: '20', low: '4' }))
  expect(answers.map(({ payload }) => payload)).toEqual([
    { instrument: 'SPY.USA', interval: '1d', key: 'sma(2)', value: 15 },
    { instrument: 'SPY.USA', interval: '1d', key: 'sma(2)@hl2', value: 11 },
    { instrument: 'SPY.USA', interval: '1d', key: 'sma(2)@volume', value: 1 },
  ])
  expect(() => given(indicators, { requests: [{ ...ask('atr', [2]), input: 'hl2' }] })).toThrow(
    'atr(2): it reads high, low, close and cannot be computed of hl2',
  )
})

test('[I11] a session is a UTC day', () => {
  const day = 86_400_000_000
  const scene = given(indicators, { requests: [ask('vwap_session', [], 'SPY.USA', 'trade')] })
  const vwap = (told: ReturnType<typeof trade>) =>
    (scene.when(told).answers[0] as { payload: { vwap: number } }).payload.vwap
  expect([vwap(trade('10', '1', day - 2)), vwap(trade('12', '1', day - 1)), vwap(trade('20', '1', day))]).toEqual([
    10, 11, 20,
  ])
})

const macdOf = (answers: readonly { payload: unknown }[]): number =>
  (answers[0] as { payload: { macd: number } }).payload.macd

test('[I12] computes an indicator of an output of another one, which is not fed while that is undefined', () => {
  const from = { indicator: 'macd', params: [1, 2, 1], output: 'macd' }
  const request = { ...ask('sma', [2]), from }
  const key = 'sma(2)@macd(1,2,1).macd'
  // macd(1,2,1) is close less the average of two: of 10, 12, 15, 21 from the second bar on.
  const scene = given(indicators, {}, loaded('a', request), bar('10'), bar('12'))
  const { answers } = given(indicators, { requests: [ask('macd', [1, 2, 1])] }, bar('10'), bar('12'), bar('15')).when(
    bar('21'),
  )
  const newest = macdOf(answers)
  const third = given(indicators, { requests: [ask('macd', [1, 2, 1])] }, bar('10'), bar('12')).when(bar('15'))
  const before = macdOf(third.answers)
  scene.when(bar('15'))
  scene
    .restarted()
    .when(bar('21'))
    .then(says('indicator.sma.v1', key, (before + newest) / 2))
})

test('[I12] refuses one that reads more than closes, and an output that is not there', () => {
  const of = (indicator: string, params: number[], output: string) => ({
    ...ask(indicator, params),
    from: { indicator: 'rsi', params: [14], output },
  })
  const scene = given(indicators, {})
  const { answers } = scene.when(loaded('a', of('atr', [14], 'value'), of('ema', [9], 'signal')))
  expect(answers.map(({ payload }) => (payload as { message: string }).message.replace(/.*1d: /, ''))).toEqual([
    'atr(14): it reads high, low, close and cannot be computed of another indicator',
    'ema(9): rsi has no signal, it has value',
  ])
})

test('[I13] after a split of its instrument what is computed begins anew, and nothing else does', () => {
  const split = event('md.split', { instrument: 'SPY.USA', numerator: 4, denominator: 1 })
  const both = [ask('sma', [2]), ask('sma', [2], 'QQQ.USA')]
  given(indicators, { requests: both }, bar('40'), bar('10', { instrument: 'QQQ.USA' }), split)
    .when(bar('10'))
    .then(says('indicator.sma.v1', 'sma(2)', null))
    .restarted()
    .when(bar('11'))
    .then(says('indicator.sma.v1', 'sma(2)', 10.5))
    .when(bar('11', { instrument: 'QQQ.USA' }))
    .then(says('indicator.sma.v1', 'sma(2)', 10.5, 'QQQ.USA'))
})
