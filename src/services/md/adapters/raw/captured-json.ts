import { inflateRawSync } from 'node:zlib'
import { LineFault } from '../line-fault.ts'
import { year2200Ms } from '../year-2200.ts'
import type { NewestNumber, RawRecord } from './raw-record.ts'

/**
 * A line of a capture in JSON, the form that `trader md record --raw` writes: `{"t":"recv","conn":…,"ts":<seconds UTC>,"data":<text>}`, `t` also
 * `http` (with `url`), `connect`, `send`, `close`, `resume` and `header`. Null where the line is no record. Throws a LineFault.
 */
export function capturedJson(line: string): RawRecord | null {
  const { t, conn = '', ts, data, url, addr, b64 } = objectIn(line)
  if (t === 'header') return null
  if (typeof ts !== 'number' || !Number.isFinite(ts) || ts < 0 || ts > year2200Ms / 1_000)
    throw new LineFault(`ts is ${JSON.stringify(ts) ?? 'missing'}, expected seconds since 1970`)
  const at = Math.round(ts * 1e6)
  const connection = String(conn).slice(0, 64)
  switch (t) {
    case 'recv':
      return { kind: 'frame', at, connection, text: typeof b64 === 'string' ? binaryText(b64) : textOf(data, 'data') }
    case 'http':
      return { kind: 'answer', at, connection, url: textOf(url, 'url'), text: textOf(data, 'data') }
    case 'connect':
      return { kind: 'opened', at, connection, url: String(addr ?? url ?? '') }
    case 'send':
      return { kind: 'sent', at, connection, text: typeof data === 'string' ? data : '' }
    case 'resume':
      return { kind: 'resumed', at, connection, numbers: numbersIn(data) }
    case 'close':
      return { kind: 'closed', at, connection, reason: String(data ?? '').slice(0, 200) }
    default:
      throw new LineFault(
        `t is ${String(JSON.stringify(t)).slice(0, 40)}, expected recv, send, http, connect, close, resume or header`,
      )
  }
}

function objectIn(line: string): { readonly [key: string]: unknown } {
  let value: unknown
  try {
    value = JSON.parse(line)
  } catch {
    throw new LineFault('is not JSON')
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new LineFault('is not a JSON object')
  return value as { readonly [key: string]: unknown }
}

function numbersIn(data: unknown): readonly NewestNumber[] {
  const isNumber = (one: unknown): one is NewestNumber => {
    const { instrument, stream, number, at } = (one ?? {}) as Partial<NewestNumber>
    const isStream = stream === 'trades' || stream === 'depth'
    return (
      typeof instrument === 'string' &&
      isStream &&
      Number.isSafeInteger(number) &&
      (at === null || Number.isSafeInteger(at))
    )
  }
  if (Array.isArray(data) && data.every(isNumber)) return data
  throw new LineFault('what was told before is no list of numbers')
}

function textOf(value: unknown, name: string): string {
  if (typeof value === 'string') return value
  throw new LineFault(`${name} is ${String(JSON.stringify(value) ?? 'missing').slice(0, 40)}, expected text`)
}

/** Some exchanges send text in binary frames, as it is or deflated. */
function binaryText(base64: string): string {
  const bytes = Buffer.from(base64, 'base64')
  if (bytes[0] === 0x7b || bytes[0] === 0x5b) return bytes.toString('utf8')
  try {
    return inflateRawSync(bytes, { maxOutputLength: 16 << 20 }).toString('utf8')
  } catch {
    return bytes.toString('utf8')
  }
}
