import { expect, test } from 'vitest'
import { indicators } from '#services/indicators/service.ts'
import { event, given } from '#test/given.ts'
import { describeShared, readSharedCsv } from '#test/shared.ts'

const seven = [['sma', 50], ['ema', 26], ['rsi', 14], ['atr', 14], ['adx', 14], ['macd'], ['bollinger']] as const

const expectedColumns = [
  ['ma', { sma_50: 'value' }],
  ['ma', { ema_26: 'value' }],
  ['momentum', { rsi_14: 'value' }],
  ['stats', { atr_14: 'value' }],
  ['momentum', { 'dmi_14.adx': 'adx', 'dmi_14.plus_di': 'plusDi', 'dmi_14.minus_di': 'minusDi' }],
  ['momentum', { 'macd_12_26_9.macd': 'macd', 'macd_12_26_9.signal': 'signal', 'macd_12_26_9.hist': 'histogram' }],
  [
    'bands',
    { 'bbands_20_2.0_2.0.upper': 'upper', 'bbands_20_2.0_2.0.middle': 'middle', 'bbands_20_2.0_2.0.lower': 'lower' },
  ],
] as const

describeShared('the service on real bars', () => {
  test('[I3] [I4] says the golden values of all seven for every bar of SPY, through a restart in the middle', () => {
    const requests = seven.map(([indicator, ...params]) => ({
      instrument: 'SPY.USA',
      interval: '1d',
      indicator,
      params,
    }))
    const scene = given(indicators, { requests })
    const values = Object.fromEntries(
      ['ma', 'momentum', 'stats', 'bands'].map((group) => [
        group,
        readSharedCsv(`golden/indicators/values/spy_daily.${group}.csv`),
      ]),
    )
    const misses: string[] = []
    readSharedCsv('golden/indicators/series/spy_daily.csv').forEach((row, i) => {
      const { open = '', high = '', low = '', close = '', volume = '' } = row
      const bar = { instrument: 'SPY.USA', interval: '1d', start: i, end: i + 1, open, high, low, close, volume }
      const { answers } = scene.when(event('md.bar', bar, i + 1))
      expect(answers).toHaveLength(7)
      expectedColumns.forEach(([group, columns], n) => {
        for (const [column, output] of Object.entries(columns)) {
          const want = values[group]?.[i]?.[column]
          const got = (answers[n] as { payload: object }).payload[output as never] as number | null
          const isGood =
            want === '' ? got === null : typeof got === 'number' && Math.abs(got - Number(want)) <= 1e-9 * 200
          if (!isGood) misses.push(`${column} ${i}: ${got}, not ${want}`)
        }
      })
      if (i === 300) scene.restarted()
    })
    expect(misses).toEqual([])
  })
})
