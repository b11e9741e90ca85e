import { fault } from './binance-fault.ts'

/** What came with a request, by name. */
export type Params = ReadonlyMap<string, string>

/** Of a query string and a body; what both have is the query's, as there. Throws a BinanceFault where a name comes twice in one of them. */
export const paramsIn = (query: string, body: string): Params => new Map([...onceEach(body), ...onceEach(query)])

function onceEach(text: string): ReadonlyMap<string, string> {
  const params = new Map<string, string>()
  for (const [name, value] of new URLSearchParams(text)) {
    if (params.has(name)) throw fault.duplicate(name)
    params.set(name, value)
  }
  return params
}

/** Nothing that is sent is passed over: refuses a name that the endpoint does not know, and what is empty. Throws a BinanceFault. [B4] */
export function checkNames(params: Params, known: ReadonlySet<string>): void {
  const read = [...params.keys()].filter((name) => known.has(name)).length
  if (params.size > known.size) throw fault.tooMany(known.size, params.size)
  if (read < params.size) throw fault.unread(read, params.size)
  for (const [name, value] of params) if (value === '') throw fault.empty(name)
}

/** A parameter that must be there. Throws a BinanceFault. */
export function needed(params: Params, name: string): string {
  const value = params.get(name)
  if (value === undefined || value === '') throw fault.mandatory(name)
  return value
}

/** One of two that must be there. Throws a BinanceFault. */
export function oneNeeded(params: Params, first: string, second: string): void {
  if (!params.has(first) && !params.has(second)) throw fault.mandatoryOne(first, second)
}

/** Throws a BinanceFault. */
export function wholeNumber(text: string, name: string): number {
  if (!/^\d{1,15}$/.test(text)) throw fault.illegal(name, '^[0-9]{1,20}$')
  return Number(text)
}

/** Throws a BinanceFault. */
export function wholeNumberIn(params: Params, name: string): number | undefined {
  const text = params.get(name)
  return text === undefined ? undefined : wholeNumber(text, name)
}

/** An amount, price or quantity as text. Throws a BinanceFault. */
export function decimal(text: string, name: string): string {
  if (!/^([0-9]{1,20})(\.[0-9]{1,20})?$/.test(text))
    throw fault.illegal(name, String.raw`^([0-9]{1,20})(\.[0-9]{1,20})?$`)
  return text
}

/** One of a list of words, or what that is refused with. Throws a BinanceFault. */
export function oneOf<T extends string>(text: string, known: readonly T[], refusal: Error): T {
  const found = known.find((one) => one === text)
  if (found === undefined) throw refusal
  return found
}
