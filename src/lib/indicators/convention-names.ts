import { type CheckedRequest, checkRequest, type RefusedRequest } from './check-request.ts'
import type { Param } from './indicator.ts'
import { findIndicator } from './indicator-catalogue.ts'

/** A request in the words of TA-Lib and of files that follow it: `BBANDS`, `{ nbdev_up: 2 }`, `plus_di`. */
export type ConventionCase = {
  readonly indicator: string
  readonly params: Readonly<Record<string, number | string>>
  readonly output: string
}

/** What it means here: a request and the name of one of its outputs. Never throws. */
export function readConvention(one: ConventionCase): (CheckedRequest & { readonly output: string }) | RefusedRequest {
  const name = indicatorOf(one.indicator)
  const indicator = findIndicator(name)
  if (!indicator) return refuse(`there is no indicator ${one.indicator}`)
  const given = Object.entries(one.params).map(([key, value]) => [camelCase(key), value] as const)
  const unknown = given.find(([key]) => !indicator.params.some((param) => param.name === key))
  if (unknown) return refuse(`${one.indicator} has no parameter ${unknown[0]}`)
  const params: number[] = []
  for (const param of indicator.params) {
    const value = numberOf(param, given.find(([key]) => key === param.name)?.[1])
    if (value === undefined) break
    params.push(value)
  }
  const missing = indicator.params.slice(params.length).find(({ name: key }) => given.some(([other]) => other === key))
  if (missing) return refuse(`${one.indicator}: ${missing.name} cannot be read, or a parameter before it is not given`)
  const checked = checkRequest(name, exchangeAsTaLib(name, params))
  if (!checked.isValid) return checked
  const output = outputOf(one.output)
  return Object.hasOwn(indicator.outputs, output)
    ? { ...checked, output }
    : refuse(`${one.indicator} has no output ${one.output}; known: ${Object.keys(indicator.outputs).join(', ')}`)
}

const indicatorOf = (name: string): string => otherNames[name.toLowerCase()] ?? name.toLowerCase()
const otherNames: Readonly<Record<string, string>> = { bbands: 'bollinger', dmi: 'adx' }

const outputOf = (output: string): string => (output === 'hist' ? 'histogram' : camelCase(output))

const camelCase = (name: string): string => name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase())

const numberOf = ({ choices }: Param, value: number | string | undefined): number | undefined =>
  typeof value === 'string' ? choices?.[value.toLowerCase()] : value

/** TA-Lib exchanges a fast period that is longer than the slow one; asked in our own words this is refused as a slip. */
const exchangeAsTaLib = (name: string, params: readonly number[]): readonly number[] => {
  const [fast = 0, slow = 0, ...rest] = params
  return ['macd', 'macd_own', 'apo', 'ppo'].includes(name) && fast > slow ? [slow, fast, ...rest] : params
}

const refuse = (message: string): RefusedRequest => ({ isValid: false, message })
