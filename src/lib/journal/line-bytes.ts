import { crc32 } from 'node:zlib'
import { crcBytes } from '#lib/journal/log-line.ts'

const seqField = Buffer.from('{"seq":')
const footerField = Buffer.from('{"footer":')
const crcField = Buffer.from(',"crc":"')

/** The seq that a line begins with; 0 where there is none. */
export function seqAt(buffer: Buffer, start: number, stop: number): number {
  if (!isAt(buffer, start, seqField)) return 0
  let seq = 0
  for (let at = start + seqField.length; at < stop; at++) {
    const digit = (buffer[at] as number) - 48
    if (digit < 0 || digit > 9) return buffer[at] === 44 ? seq : 0
    seq = seq * 10 + digit
  }
  return 0
}

/** Is it the line that closes a sealed segment? */
export const isFooter = (buffer: Buffer, start: number, stop: number): boolean =>
  isAt(buffer, start, footerField) && hasItsCrc(buffer, start, stop)

/** Does a line end in the crc of what is before it? */
export function hasItsCrc(buffer: Buffer, start: number, stop: number): boolean {
  const end = stop - crcBytes
  if (end <= start || buffer[stop - 1] !== 125 || buffer[stop - 2] !== 34 || !isAt(buffer, end, crcField)) return false
  let stated = 0
  for (let at = end + crcField.length; at < stop - 2; at++) {
    const code = buffer[at] as number
    const digit = code >= 48 && code <= 57 ? code - 48 : code >= 97 && code <= 102 ? code - 87 : -1
    if (digit < 0) return false
    stated = stated * 16 + digit
  }
  return crc32(buffer.subarray(start, end)) === stated
}

function isAt(buffer: Buffer, start: number, field: Buffer): boolean {
  for (let i = 0; i < field.length; i++) if (buffer[start + i] !== field[i]) return false
  return true
}

/** Is there nothing but zeros? */
export function isZero(buffer: Buffer, start: number, stop: number): boolean {
  for (let at = start; at < stop; at++) if (buffer[at] !== 0) return false
  return true
}
