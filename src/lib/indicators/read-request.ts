import { indicatorInputs } from '#schemas/indicator-outputs.ts'
import { isInput } from './bar-input.ts'
import { type CheckedRequest, checkRequest, type RefusedRequest } from './check-request.ts'
import { findIndicator } from './indicator-catalogue.ts'

/** Reads `macd`, `ema(10)`, `ppo(10,20,sma)` or `rsi(14)@hl2`. Never throws. */
export function readRequest(written: string): CheckedRequest | RefusedRequest {
  const [, name = '', list = '', input = 'close'] =
    /^\s*([a-z][a-z0-9_]*)\s*(?:\(([^()]*)\))?\s*(?:@\s*(\w+))?\s*$/i.exec(written) ?? []
  if (name === '')
    return { isValid: false, message: `${JSON.stringify(written)} is no indicator; expected one like macd or ema(10)` }
  if (!isInput(input))
    return { isValid: false, message: `${input} is no series of a bar; expected one of ${indicatorInputs.join(', ')}` }
  const words = list.trim() === '' ? [] : list.split(',').map((word) => word.trim().toLowerCase())
  const params = findIndicator(name.toLowerCase())?.params ?? []
  return checkRequest(
    name.toLowerCase(),
    words.map((word, i) => params[i]?.choices?.[word] ?? (word === '' ? Number.NaN : Number(word))),
    input,
  )
}
