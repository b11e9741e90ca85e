import { didYouMean } from '#lib/strategy/did-you-mean.ts'
import type { IndicatorInput } from '#schemas/indicator-outputs.ts'
import type { IndicatorSource } from '#schemas/strategy.ts'
import { chained } from './chained.ts'
import type { AnyIndicator, Param } from './indicator.ts'
import { findIndicator, indicatorNames } from './indicator-catalogue.ts'

/** What a request means: the indicator, every parameter with defaults filled in, and the key that equal requests share. */
export type CheckedRequest = {
  readonly isValid: true
  readonly indicator: AnyIndicator
  readonly params: readonly number[]
  readonly input: IndicatorInput
  readonly key: string
}

/** One sentence for the person who wrote the request, naming what was given and what is possible. */
export type RefusedRequest = { readonly isValid: false; readonly message: string }

/** Checks a request as a user wrote it: `checkRequest('macd', [])` is `macd(12,26,9)`. Never throws. */
export function checkRequest(
  name: string,
  given: readonly number[],
  input: IndicatorInput = 'close',
  from?: IndicatorSource,
): CheckedRequest | RefusedRequest {
  const indicator = findIndicator(name)
  if (!indicator)
    return refuse(`there is no indicator ${name}${didYouMean(name, indicatorNames)}; trader indicators list names all`)
  const written = `${name}(${given.join(',')})`
  const params = completed(indicator, given)
  if (!params) return refuse(`${written}: expected ${signature(indicator)}`)
  for (const [i, param] of indicator.params.entries()) {
    const fault = faultOf(param, params[i] as number)
    if (fault) return refuse(`${written}: ${fault}`)
  }
  const conflict = indicator.conflict?.(params)
  if (conflict) return refuse(`${written}: ${conflict}`)
  if (input !== 'close' && indicator.reads.join() !== 'close')
    return refuse(`${written}: it reads ${indicator.reads.join(', ')} and cannot be computed of ${input}`)
  if (from) return checkChained(indicator, params, written, input, from)
  const key = keyOf(indicator, params)
  return { isValid: true, indicator, params, input, key: input === 'close' ? key : `${key}@${input}` }
}

function checkChained(
  indicator: AnyIndicator,
  params: readonly number[],
  written: string,
  input: IndicatorInput,
  from: IndicatorSource,
): CheckedRequest | RefusedRequest {
  const base = checkRequest(from.indicator, from.params, from.input)
  if (!base.isValid) return base
  if (indicator.reads.join() !== 'close' || input !== 'close')
    return refuse(`${written}: it reads ${indicator.reads.join(', ')} and cannot be computed of another indicator`)
  if (!Object.hasOwn(base.indicator.outputs, from.output))
    return refuse(
      `${written}: ${from.indicator} has no ${from.output}, it has ${Object.keys(base.indicator.outputs).join(', ')}`,
    )
  const source = { indicator: base.indicator, params: base.params, input: base.input, output: from.output }
  const key = `${keyOf(indicator, params)}@${base.key}.${from.output}`
  if (key.length > 64) return refuse(`${written}: ${key} is longer than 64 characters`)
  return { isValid: true, indicator: chained(source, indicator), params, input, key }
}

/** How to write it: `macd(fast=12,slow=26,signal=9)`. */
export const signature = (indicator: AnyIndicator): string =>
  `${indicator.name}(${indicator.params.map(usage).join(',')})`

/** `ema(10)`: name and parameters in catalogue order. */
const keyOf = (indicator: AnyIndicator, params: readonly number[]): string =>
  `${indicator.name}(${(indicator.shorten?.(params) ?? params).join(',')})`

function completed(indicator: AnyIndicator, given: readonly number[]): readonly number[] | null {
  if (given.length > indicator.params.length) return null
  const params = [...given]
  for (const { default: preset } of indicator.params.slice(given.length)) {
    const value = preset === 'previous' ? params.at(-1) : preset
    if (value === undefined) return null
    params.push(value)
  }
  return params
}

function faultOf({ name, min, max, isWhole, choices }: Param, value: number): string | null {
  const isGood = value >= min && value <= max && (!isWhole || Number.isInteger(value))
  if (isGood) return null
  return choices
    ? `${name} has to be one of ${Object.keys(choices).join(', ')}`
    : `${name} has to be a ${isWhole ? 'whole number' : 'number'} from ${min} to ${max}, not ${value}`
}

const usage = ({ name, default: preset, choices }: Param): string => {
  if (preset === undefined || preset === 'previous') return name
  return `${name}=${wordFor(choices, preset) ?? preset}`
}

/** The word that a number stands for. */
export const wordFor = (choices: Param['choices'], value: Param['default']): string | undefined =>
  choices && Object.keys(choices).find((word) => choices[word] === value)

const refuse = (message: string): RefusedRequest => ({ isValid: false, message })
