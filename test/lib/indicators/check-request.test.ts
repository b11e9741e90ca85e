import { expect, test } from 'vitest'
import { checkRequest, signature } from '#lib/indicators/check-request.ts'
import { indicatorCatalogue, indicatorNames } from '#lib/indicators/indicator-catalogue.ts'
import { catalogue } from '#schemas/catalogue.ts'

const messageOf = (name: string, ...params: number[]) => {
  const checked = checkRequest(name, params)
  return checked.isValid ? `valid: ${checked.key}` : checked.message
}

test('writes keys with defaults filled in, in their shortest form', () => {
  expect(messageOf('ema', 10)).toBe('valid: ema(10)')
  expect(messageOf('macd')).toBe('valid: macd(12,26,9)')
  expect(messageOf('macd', 5, 35)).toBe('valid: macd(5,35,9)')
  expect(messageOf('bollinger', 20)).toBe('valid: bollinger(20,2)')
  expect(messageOf('bollinger', 10, 1.5, 2.5)).toBe('valid: bollinger(10,1.5,2.5)')
})

test('says in one sentence what is wrong and what is possible', () => {
  expect(messageOf('emma', 10)).toBe('there is no indicator emma; known: adx, atr, bollinger, ema, macd, rsi, sma')
  expect(messageOf('toString')).toMatch(/^there is no indicator toString/)
  expect(messageOf('ema')).toBe('ema(): expected ema(period)')
  expect(messageOf('ema', 1, 2)).toBe('ema(1,2): expected ema(period)')
  expect(messageOf('rsi', 1)).toBe('rsi(1): period has to be a whole number from 2 to 10000, not 1')
  expect(messageOf('sma', Number.NaN)).toBe('sma(NaN): period has to be a whole number from 1 to 10000, not NaN')
  expect(messageOf('bollinger', 20, -2)).toBe('bollinger(20,-2): upper has to be a number from 0.01 to 100, not -2')
  expect(messageOf('macd', 26, 12, 9)).toBe('macd(26,12,9): fast (26) has to be smaller than slow (12)')
})

test('shows how an indicator is written', () => {
  expect(
    indicatorNames.map((name) =>
      signature(indicatorCatalogue[name] as NonNullable<(typeof indicatorCatalogue)[string]>),
    ),
  ).toEqual([
    'adx(period=14)',
    'atr(period=14)',
    'bollinger(period=20,upper=2,lower)',
    'ema(period)',
    'macd(fast=12,slow=26,signal=9)',
    'rsi(period=14)',
    'sma(period)',
  ])
})

test('every indicator has the topic of its name, and states a first bar for each output of the topic', () => {
  for (const [name, indicator] of Object.entries(indicatorCatalogue)) {
    expect(indicator.name).toBe(name)
    expect(indicator.topic).toBe(`indicator.${name}.v1`)
    const fields = Object.keys(catalogue[indicator.topic].schema.shape)
    expect(Object.keys(indicator.outputs)).toEqual(
      fields.filter((field) => !['instrument', 'interval', 'key'].includes(field)),
    )
  }
})
