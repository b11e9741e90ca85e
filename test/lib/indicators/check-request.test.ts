import { expect, test } from 'vitest'
import { checkRequest, signature } from '#lib/indicators/check-request.ts'
import { findIndicator, indicatorCatalogue, indicatorNames } from '#lib/indicators/indicator-catalogue.ts'
import { catalogue } from '#schemas/catalogue.ts'
import { indicatorOutputs } from '#schemas/indicator-outputs.ts'

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
  expect(messageOf('emma', 10)).toBe('there is no indicator emma, did you mean ema?; trader indicators list names all')
  expect(messageOf('toString')).toMatch(/^there is no indicator toString/)
  expect(messageOf('ema')).toBe('ema(): expected ema(period)')
  expect(messageOf('ema', 1, 2)).toBe('ema(1,2): expected ema(period)')
  expect(messageOf('adx', 1)).toBe('adx(1): period has to be a whole number from 2 to 100000, not 1')
  expect(messageOf('sma', Number.NaN)).toBe('sma(NaN): period has to be a whole number from 1 to 100000, not NaN')
  expect(messageOf('bollinger', 20, -2)).toBe('bollinger(20,-2): nbdevUp has to be a number from 0 to 1000, not -2')
  expect(messageOf('macd', 26, 12, 9)).toBe('macd(26,12,9): fast (26) has to be smaller than slow (12)')
})

test('shows how an indicator is written', () => {
  const signatureOf = (name: string) => signature(findIndicator(name) as NonNullable<ReturnType<typeof findIndicator>>)
  expect(signatureOf('adx')).toBe('adx(period=14)')
  expect(signatureOf('bollinger')).toBe('bollinger(period=20,nbdevUp=2,nbdevDn)')
  expect(signatureOf('ema')).toBe('ema(period)')
  expect(signatureOf('obv')).toBe('obv()')
})

test('there are 69, each with a topic, a title, a source and a first bar for each output', () => {
  expect(Object.keys(indicatorCatalogue)).toEqual(Object.keys(indicatorOutputs))
  expect(indicatorNames).toHaveLength(69)
  for (const [name, indicator] of Object.entries(indicatorCatalogue)) {
    expect(indicator.name).toBe(name)
    expect(indicator.topic).toBe(`indicator.${name}.v1`)
    expect(indicator.title).not.toBe('')
    expect(indicator.source).not.toBe('')
    const fields = Object.keys(catalogue[indicator.topic].schema.shape)
    expect(Object.keys(indicator.outputs).sort()).toEqual(
      fields.filter((field) => !['instrument', 'interval', 'key'].includes(field)).sort(),
    )
  }
})
